"""Over the broker while it is there, directly while it is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from services.chassis.call import CallHeaders
from services.chassis.direct_client import Caller, DirectCaller
from services.chassis.errors import BrokerAway, NotFound


class FakeLink:
    """A broker link that is up or not."""

    def __init__(self, up: bool) -> None:
        self.is_up = up

    def call(self, *_: Any) -> str:
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


@pytest.mark.parametrize("addresses", [{}, {"notify": "127.0.0.1:1"}, {"reports": "127.0.0.1:1"}])
def test_no_way_at_all(addresses: dict[str, str]) -> None:
    with pytest.raises(BrokerAway):
        caller(False, **addresses).call("reports", "get", {}, CallHeaders())
