"""What the load does again and again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Failed(Exception):
    """A request was not answered with success; it has been counted."""


@dataclass(frozen=True)
class Answered:
    """body: of the answer. sent_at: when the request left, in seconds since 1970."""

    body: bytes
    sent_at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Ask(Protocol):
    """Ask, and count under `name`. Raises Failed for anything but success."""

    async def __call__(
        self,
        name: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        key: str = "",
    ) -> Answered:
        """The answer."""
        ...


Given = Mapping[str, Any]
# what a journey leaves behind for those who want to look where it led
Trail = dict[str, Any]
Journey = Callable[[Ask, Given, int], Awaitable[Trail]]
REPORT = {
    "category": "sampah",
    "description": "Tumpukan sampah di tepi jalan, sudah tiga hari",
    "lat": -6.3223,
    "long": 106.6943,
    "visibility": "public",
}


async def get(ask: Ask, given: Given, number: int) -> Trail:
    """Read one of the paths, in turn."""
    path = given["paths"][number % len(given["paths"])]
    await ask("get", "GET", path, token=given.get("token"))
    return {}


async def submit(ask: Ask, given: Given, number: int) -> Trail:
    """A citizen reports something."""
    token = _of(given["citizens"], number)
    made = await ask("create", "POST", "/v1/reports", token=token, body=REPORT, key=_key())
    report = made.json
    return {"report": report["id"], "number": report["number"], "sent": [made.sent_at]}


async def jam(ask: Ask, given: Given, number: int) -> Trail:
    """A citizen reports what stands next in a list."""
    token, body = _of(given["citizens"], number), given["reports"][number]
    await ask("create", "POST", "/v1/reports", token=token, body=body, key=_key())
    return {}


async def lifecycle(ask: Ask, given: Given, number: int) -> Trail:
    """And an officer assigns it and resolves it, with a photo that is there already."""
    trail = await submit(ask, given, number)
    officer = _of(given["officers"], number)
    resolved = {"note": "Sudah diangkut", "photos": given["photos"]}
    for name, body in (("assign", {"agency": "DLH"}), ("resolve", resolved)):
        path = f"/v1/reports/{trail['report']}/{name}"
        answered = await ask(name, "POST", path, token=officer, body=body, key=_key())
        trail["sent"].append(answered.sent_at)
    return trail


JOURNEYS: Mapping[str, Journey] = {"get": get, "submit": submit, "jam": jam, "lifecycle": lifecycle}


def _of(tokens: list[str], number: int) -> str:
    return tokens[number % len(tokens)]


def _key() -> str:
    return uuid.uuid4().hex
