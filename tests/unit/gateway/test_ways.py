"""Over the broker while it is there, directly while it is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from gateway.routes import CONTRACTS
from services.chassis.call import CallHeaders
from services.chassis.direct_client import Caller, DirectCaller
from services.chassis.errors import (
    BrokerAway,
    DomainError,
    NotFound,
    ServiceTimeout,
    UnknownService,
)


class FakeLink:
    """A broker link that is up or not, or loses every call."""

    def __init__(self, up: bool, error: Exception | None = None) -> None:
        self.is_up = up
        self.error = error

    def call(self, *_: Any) -> str:
        if self.error is not None:
            raise self.error
        return "over the broker"


class Service(BaseHTTPRequestHandler):
    """Answers a direct call with what it was asked, or with an error."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        error = NotFound().data() if self.path.endswith("missing") else None
        body = json.dumps({"result": [self.path, asked["body"]], "error": error}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def caller(up: bool, **addresses: str) -> Any:
    link: Any = FakeLink(up)
    return Caller(link, DirectCaller(addresses))


def test_the_broker_first(address: str) -> None:
    found = caller(True, reports=address).call("reports", "get", {}, CallHeaders())
    assert found == "over the broker"


def test_directly_while_it_is_away(address: str) -> None:
    away = caller(False, reports=address)
    assert away.can_call and not away.broker_is_up
    assert away.call("reports", "get", {"id": 1}, CallHeaders()) == ["/rpc/get", {"id": 1}]
    with pytest.raises(NotFound):
        away.call("reports", "missing", {}, CallHeaders())


KEYED = CallHeaders(idempotency_key="key-1")
LOST = [
    ("get_report", CallHeaders(), BrokerAway(), True),
    ("submit_report", KEYED, BrokerAway(), True),
    ("submit_report", CallHeaders(), BrokerAway(), False),
    ("submit_report", CallHeaders(), UnknownService(), True),
    ("submit_report", KEYED, ServiceTimeout(), False),
    ("no_such_thing", KEYED, BrokerAway(), False),
]


@pytest.mark.parametrize(("operation", "headers", "error", "goes_on"), LOST)
def test_a_lost_call_is_repeated_if_that_is_safe(
    address: str, operation: str, headers: CallHeaders, error: DomainError, goes_on: bool
) -> None:
    link: Any = FakeLink(up=True, error=error)
    lost = Caller(link, DirectCaller({"reports": address}), CONTRACTS)
    if goes_on:
        assert lost.call("reports", operation, {}, headers) == [f"/rpc/{operation}", {}]
        return
    with pytest.raises(type(error)):
        lost.call("reports", operation, {}, headers)


@pytest.mark.parametrize("addresses", [{}, {"notify": "127.0.0.1:1"}])
def test_a_lost_call_without_another_way(addresses: dict[str, str]) -> None:
    link: Any = FakeLink(up=True, error=UnknownService())
    with pytest.raises(UnknownService):
        Caller(link, DirectCaller(addresses), CONTRACTS).call(
            "reports", "get_report", {}, CallHeaders()
        )


@pytest.mark.parametrize("addresses", [{}, {"notify": "127.0.0.1:1"}, {"reports": "127.0.0.1:1"}])
def test_no_way_at_all(addresses: dict[str, str]) -> None:
    with pytest.raises(BrokerAway):
        caller(False, **addresses).call("reports", "get", {}, CallHeaders())
