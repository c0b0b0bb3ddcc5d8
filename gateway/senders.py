"""Who sends a request, in digests: the only form in which that leaves the gateway."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from werkzeug.wrappers import Request

from gateway import requests
from services.chassis.call import CallHeaders
from services.chassis.sender import Digests

# of an address they are asked for at each of its requests
_KNOWN = 4_096


class Senders:
    """Knows devices and addresses again, by a secret that reports has too."""

    def __init__(self, secret: bytes) -> None:
        self._digests = Digests(secret)
        self._networks = lru_cache(_KNOWN)(self._networks_of)

    def named(self, headers: CallHeaders, request: Request, address: str) -> CallHeaders:
        """The headers with who sent the request. Raises Malformed for an odd Device-Id."""
        given = requests.device_id(request)
        device = None if given is None else self._digests.device(given)
        return replace(headers, device=device, networks=self._networks(address))

    def of_app(self, headers: CallHeaders, app: str, device: str | None) -> CallHeaders:
        """The headers with the device that an app named. The address is the app's, and many
        people's."""
        known = None if device is None else self._digests.device(f"{app} {device}")
        return replace(headers, device=known, networks=None)

    def _networks_of(self, address: str) -> str | None:
        return ",".join(self._digests.networks(address)) or None
