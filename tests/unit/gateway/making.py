"""The gateway without server and services, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from gateway.application import Application
from gateway.calls import Calls
from gateway.cursors import Cursors
from gateway.documents import Documents
from gateway.exchange import Handler
from gateway.overload import Overload
from gateway.policy import Policy
from gateway.quotas import Quota, Quotas, Sent
from gateway.rates import Rates
from gateway.routes import By
from gateway.senders import Senders
from services.chassis import errors
from services.chassis.call import CallHeaders
from services.chassis.principal import GUEST, Principal, Role

SECRET = bytes(range(32))


class FakeRpc:
    """Answers what it was told to, and remembers what it was asked."""

    def __init__(self, answer: Any = None) -> None:
        self.answer: Any = answer
        self.calls: list[tuple[str, str, dict[str, Any], CallHeaders]] = []

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        self.calls.append((service, operation, body, headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FakeVerifier:
    """The token is the role."""

    def verify(self, token: str | None) -> Principal:
        if token is None:
            return GUEST
        if token not in list(Role):
            raise errors.Unauthenticated()
        return Principal("p", Role(token), "DLH")


def make(
    rpc: Any,
    *,
    verifier: Any = None,
    rates: Rates | None = None,
    policy: Policy | None = None,
    quotas: Mapping[Sent, Quota] | None = None,
    overload: Overload | None = None,
    ready: bool = False,
    handlers: dict[By, Handler] | None = None,
) -> Application:
    """An application over fakes."""

    def readiness() -> dict[str, Any]:
        return {"ready": ready, "checks": {}}

    known: dict[By, Handler] = {
        By.CALL: Calls(rpc, Cursors(SECRET)).respond,
        By.DOCUMENT: Documents(readiness, readiness).respond,
    }
    return Application(
        verifier or FakeVerifier(),
        rates or Rates(scale=1_000.0),
        policy or Policy(),
        Senders(SECRET),
        Quotas(rates or Rates(), quotas or {}),
        overload or Overload(most=128),
        known | (handlers or {}),
    )


def ask(application: Application, method: str, path: str, **more: Any) -> Response:
    """One request."""
    builder = EnvironBuilder(path, method=method, **more)
    try:
        return application.respond(Request(builder.get_environ()))
    finally:
        builder.close()
