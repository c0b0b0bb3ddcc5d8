"""A request that was admitted, with all that its handler needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from gateway.routes import Route
from services.chassis.call import CallHeaders
from services.chassis.principal import Principal


@dataclass(frozen=True)
class Exchange:
    """path: what the route's {names} stand for. started: monotonic seconds."""

    route: Route
    request: Request
    path: dict[str, Any]
    headers: CallHeaders
    principal: Principal
    address: str
    started: float

    @property
    def headers_now(self) -> CallHeaders:
        """The call headers with what is left of the budget."""
        spent = int((time.monotonic() - self.started) * 1000)
        return replace(self.headers, budget_ms=max(1, self.headers.budget_ms - spent))


Handler = Callable[[Exchange], Response]


class Rpc(Protocol):
    """What handlers need of the RPC client."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call an operation."""
        ...


class Verifier(Protocol):
    """What the application needs of the token verifier."""

    def verify(self, token: str | None) -> Principal:
        """Who holds the token."""
        ...
