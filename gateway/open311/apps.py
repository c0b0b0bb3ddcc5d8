"""Which app comes with an API key: registry knows, and is not asked at every request."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from gateway.exchange import Rpc
from services.chassis.call import CallHeaders
from services.chassis.text import Text
from services.registry.contract import OPEN_APP, RefusedKey

# a revoked key is found out within this time; its token lives longer than that
KEPT_SECONDS = 3.0
MOST_KEPT = 1_000
_MISSING = Text("Send your api_key.", id="Kirim api_key Anda.")


@dataclass(frozen=True)
class App:
    """An app that was let in. id: its key's."""

    id: str
    per_minute: int
    access_token: str


class Apps:
    """Lets apps in. Keys themselves are not kept, and wrong ones are asked for again."""

    def __init__(self, rpc: Rpc, clock: Callable[[], float] = time.monotonic) -> None:
        self._rpc = rpc
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[App, float]] = OrderedDict()

    def open(self, key: str | None, headers: CallHeaders) -> App:
        """Whose key it is. Raises RefusedKey."""
        if key is None:
            raise RefusedKey(_MISSING)
        digest, now = hashlib.sha256(key.encode()).digest(), self._clock()
        known = self._known.get(digest)
        if known is not None and now < known[1]:
            return known[0]
        self._known.pop(digest, None)
        found = self._rpc.call("registry", OPEN_APP.name, {"key": key}, headers)
        app = App(found["id"], found["per_minute"], found["access_token"])
        self._known[digest] = app, now + KEPT_SECONDS
        if len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return app
