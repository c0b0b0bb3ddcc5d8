"""`POST requests`: an app sends in what somebody told it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from gateway.exchange import Exchange, Rpc
from gateway.open311 import asking, mapping
from gateway.open311.apps import App, Apps
from gateway.rates import Rates
from gateway.senders import Senders
from gateway.uploads import Pictures
from services.chassis import fields
from services.chassis.capabilities import Capabilities
from services.chassis.principal import app_subject
from services.reports.contract import SUBMIT_REQUEST

# RFC 7240: who prefers not to wait is given a token, as from servers that have to take their time
ASYNC = "respond-async"
# stands for a photo that is not yet converted, so that too many of them cost nothing
_TO_COME = "-" * 40


class Submissions:
    """Takes them in. What an app sends counts against its own key as well as its address."""

    def __init__(
        self,
        rpc: Rpc,
        apps: Apps,
        rates: Rates,
        senders: Senders,
        pictures: Pictures,
        capabilities: Capabilities,
    ) -> None:
        self._rpc = rpc
        self._apps = apps
        self._rates = rates
        self._senders = senders
        self._pictures = pictures
        self._capabilities = capabilities

    def submit(self, exchange: Exchange) -> dict[str, Any]:
        """What became of it. Raises RefusedKey before it looks at anything else, Invalid, …"""
        with asking.form(exchange.request) as form:
            app = self._apps.open(_key(form.values), exchange.headers_now)
            self._rates.check_app(app.id, app.per_minute)
            values = fields.load(exchange.route.operation.request, exchange.path | form.values)
            body = mapping.submission(values)
            fields.load(SUBMIT_REQUEST.request, body | _photos([_TO_COME for _ in form.media]))
            photos = [self._kept(file, app) for file in form.media]
        body |= _photos(photos)
        headers = replace(exchange.headers_now, authorization=app.access_token)
        headers = self._senders.of_app(headers, app.id, values.get("device_id"))
        taken = self._rpc.call("reports", SUBMIT_REQUEST.name, body, headers)
        language = exchange.headers.language
        return mapping.submitted(taken, values, language, as_token=wants_token(exchange))

    def _kept(self, file: IO[bytes], app: App) -> str:
        photo = self._pictures.take(_copy(file))
        return self._capabilities.issue_repeatably(photo, app_subject(app.id))


def _photos(capabilities: list[str]) -> dict[str, Any]:
    return {"photos": capabilities} if capabilities else {}


def wants_token(exchange: Exchange) -> bool:
    """Whether the client prefers not to wait for the number."""
    preferences = exchange.request.headers.get("Prefer", "").lower().split(",")
    return ASYNC in [preference.strip() for preference in preferences]


def _key(values: dict[str, Any]) -> str | None:
    key = values.get("api_key")
    return key if isinstance(key, str) and len(key) <= 200 else None


def _copy(file: IO[bytes]) -> Callable[[Path], None]:
    def receive(target: Path) -> None:
        with target.open("wb") as out:
            shutil.copyfileobj(file, out)

    return receive
