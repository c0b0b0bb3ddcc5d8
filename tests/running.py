"""The one complete stack that end-to-end and reliability tests share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from infra.local.state import ROOT, is_free
from tests.client import Client, log_in

PORTS = range(18_080, 18_180)
# where traces are sent to; nobody is there, except in the tests of traces
COLLECTORS = range(18_180, 18_200)
# a failing event is parked after three tries, half a second apart at first
KNOBS = {
    "HANDLER_MAX_TRIES": "3",
    "HANDLER_RETRY_SECONDS": "0.5",
    "RATE_LIMIT_SCALE": "1000",
    "MAIL_RETRY_SECONDS": "0.5",
    "MAIL_LEASE_SECONDS": "4",
}


@cache
def running_stack() -> Stack:
    """Started when the first test asks for it."""
    folder = ROOT / ".local" / "test-stack"
    Stack(folder, PORTS[0]).down()
    port = next(port for port in PORTS if is_free(port))
    collector = next(port for port in COLLECTORS if is_free(port))
    knobs = KNOBS | {"OTLP_ENDPOINT": f"http://127.0.0.1:{collector}"}
    stack = Stack(folder, port, extra=knobs, progress=print)
    stack.up()
    return stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with every process of its own."""
    found = running_stack()
    yield found
    found.down()


@pytest.fixture
def guest(stack: Stack) -> Client:
    """Nobody."""
    return Client(stack.base_url)


@pytest.fixture(scope="session")
def citizen(stack: Stack) -> Client:
    """A citizen."""
    return log_in(stack.base_url, stack.state.logins, "citizen-1")


@pytest.fixture(scope="session")
def other_citizen(stack: Stack) -> Client:
    """Another citizen."""
    return log_in(stack.base_url, stack.state.logins, "citizen-2")


@pytest.fixture(scope="session")
def officer(stack: Stack) -> Client:
    """An officer of DLH, the agency for garbage."""
    return log_in(stack.base_url, stack.state.logins, "officer-dlh")


@pytest.fixture(scope="session")
def other_officer(stack: Stack) -> Client:
    """An officer of another agency."""
    return log_in(stack.base_url, stack.state.logins, "officer-dishub")


@pytest.fixture(scope="session")
def admin(stack: Stack) -> Client:
    """The admin."""
    return log_in(stack.base_url, stack.state.logins, "admin")


@pytest.fixture
def newcomer(stack: Stack, admin: Client) -> Client:
    """A citizen whom nobody knows yet."""
    login, password = f"warga-{uuid4().hex[:12]}", uuid4().hex
    made = admin.post("/v1/accounts", {"login": login, "password": password, "role": "citizen"})
    assert made.status == 201, made.text
    answer = Client(stack.base_url).post("/v1/auth/token", {"login": login, "password": password})
    return Client(stack.base_url, answer.json["access_token"])
