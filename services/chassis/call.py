"""What accompanies a request from the edge to the service that serves it."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from services.chassis.errors import Busy, Malformed, StaleVersion
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, SYSTEM, Principal
from services.chassis.sender import Sender
from services.chassis.text import DEFAULT_LANGUAGE, LANGUAGES, Language, Text

DEFAULT_BUDGET_MS = 4_000
# Who waits longer for their turn is refused while there is still time to say so. One queue for all,
# and every answer just in time: then each delay on the way makes all of them come too late.
PATIENCE = 0.25
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class Budget:
    """How long a call that has just arrived may take, on our own monotonic clock."""

    seconds: float
    arrived: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds until the caller gives up; negative afterwards."""
        return self.arrived + self.seconds - time.monotonic()

    def check_turn(self) -> None:
        """It is the call's turn at last. Raises Busy if it has waited too long for that."""
        if self.seconds - self.left > self.seconds * PATIENCE:
            raise Busy()


@dataclass(frozen=True)
class CallHeaders:
    """The part of a request that is not its body, as it travels in RPC headers.

    authorization: the raw access token. budget_ms: how long the caller still waits, in
    milliseconds; a remaining time and not a moment, so clocks need not agree. device, networks:
    digests of who sent it, as `sender.py` makes them.
    """

    authorization: str | None = None
    idempotency_key: str | None = None
    if_match: int | None = None
    language: Language = DEFAULT_LANGUAGE
    request_id: str = ""
    traceparent: str | None = None
    budget_ms: int = DEFAULT_BUDGET_MS
    device: str | None = None
    networks: str | None = None

    @classmethod
    def read(cls, data: dict[str, Any]) -> CallHeaders:
        """Take the headers we know out of nameko's context data.

        Raises Malformed if one has the wrong form.
        """
        if_match, budget = data.get("if_match"), data.get("budget_ms", DEFAULT_BUDGET_MS)
        # bool is a subclass of int, and true is no version
        if type(budget) is not int or type(if_match) not in (int, NoneType):
            raise Malformed(Text("A call header is not right.", id="Header panggilan tidak sah."))
        language = data.get("language")
        return cls(
            authorization=_text(data.get("authorization")),
            idempotency_key=idempotency_key(data.get("idempotency_key")),
            if_match=if_match,
            language=language if language in LANGUAGES else DEFAULT_LANGUAGE,
            request_id=_text(data.get("request_id")) or new_id(),
            traceparent=traceparent(data.get("traceparent")),
            budget_ms=max(0, min(budget, 60_000)),
            device=_text(data.get("device")),
            networks=_text(data.get("networks")),
        )

    def data(self) -> dict[str, Any]:
        """The form that travels: only what is set."""
        return {key: value for key, value in self.__dict__.items() if value is not None}


@dataclass(frozen=True)
class Call:
    """A request with its verified principal."""

    principal: Principal = GUEST
    headers: CallHeaders = CallHeaders()

    @property
    def language(self) -> Language:
        """The language the caller wants to be answered in."""
        return self.headers.language

    @property
    def sender(self) -> Sender:
        """By what the sender can be known again."""
        return Sender.read(self.headers.device, self.headers.networks)

    def check_version(self, current: int) -> None:
        """Raise StaleVersion if the caller named a version (If-Match) other than `current`."""
        if self.headers.if_match is not None and self.headers.if_match != current:
            raise StaleVersion(
                Text(
                    "The latest version is {current}.", id="Versi terakhir adalah {current}."
                ).format(current=current)
            )


def idempotency_key(value: object) -> str | None:
    """A well-formed Idempotency-Key, or None if there is none. Raises Malformed otherwise."""
    if value is None:
        return None
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise Malformed(
            Text(
                "Idempotency-Key must be 1 to 255 printable ASCII characters.",
                id="Idempotency-Key harus 1 sampai 255 karakter ASCII tercetak.",
            )
        )
    return value


def traceparent(value: object) -> str | None:
    """A well-formed W3C traceparent; anything else counts as absent, as the standard asks."""
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


def new_traceparent() -> str:
    """The traceparent of a trace that begins here."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def own_call() -> Call:
    """What a process does by itself, asked by nobody."""
    headers = CallHeaders(request_id=new_id(), traceparent=new_traceparent())
    return Call(SYSTEM, headers)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= 8_192 else None
