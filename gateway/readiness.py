"""Whether the gateway, and everything behind it, can serve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eventlet import GreenPool

from gateway.routes import CONTRACTS
from services.chassis.call import CallHeaders
from services.chassis.direct_client import Caller
from services.chassis.errors import DomainError

ASK_MS = 2_000


class Readiness:
    """Asks about the ways to the services, and the services themselves."""

    def __init__(self, rpc: Caller) -> None:
        self._rpc = rpc

    def checks(self) -> dict[str, str]:
        """The gateway's own checks."""
        return {"broker": "ok" if self._rpc.broker_is_up else "away"}

    def own(self) -> dict[str, Any]:
        """Whether the gateway itself can serve."""
        return {"ready": self._rpc.can_call, "checks": self.checks()}

    def everything(self) -> dict[str, Any]:
        """Whether the gateway and every service can serve; they are asked at the same time."""
        names = [contract.service for contract in CONTRACTS]
        answers = dict(zip(names, GreenPool().imap(self._ask, names), strict=True))
        services = {"gateway": self.own(), **answers}
        return {"ready": all(one["ready"] for one in services.values()), "services": services}

    def _ask(self, service: str) -> dict[str, Any]:
        headers = replace(CallHeaders(), budget_ms=ASK_MS)
        try:
            found: dict[str, Any] = self._rpc.call(service, "readiness", {}, headers)
        except DomainError as error:
            return {"ready": False, "checks": {"rpc": error.code}}
        return found
