"""The one complete city that end-to-end and reliability tests share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from infra.local.state import ROOT, is_free
from tests import composed
from tests.cities import City, native
from tests.client import Client

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
    """A running stack with every process of its own, for tests that reach into it."""
    if composed.IS_ASKED_FOR:
        pytest.skip("reaches into processes of this machine")
    found = running_stack()
    yield found
    found.down()


@pytest.fixture(scope="session")
def city(request: pytest.FixtureRequest) -> Iterator[City]:
    """A running city: the native stack, or containers if `make compose-test` asks for them."""
    if not composed.IS_ASKED_FOR:
        yield native(request.getfixturevalue("stack"))
        return
    yield composed.start(KNOBS)
    composed.stack().clean()


@pytest.fixture
def guest(city: City) -> Client:
    """Nobody."""
    return city.guest


@pytest.fixture(scope="session")
def citizen(city: City) -> Client:
    """A citizen."""
    return city.log_in("citizen-1")


@pytest.fixture(scope="session")
def other_citizen(city: City) -> Client:
    """Another citizen."""
    return city.log_in("citizen-2")


@pytest.fixture(scope="session")
def officer(city: City) -> Client:
    """An officer of DLH, the agency for garbage."""
    return city.log_in("officer-dlh")


@pytest.fixture(scope="session")
def other_officer(city: City) -> Client:
    """An officer of another agency."""
    return city.log_in("officer-dishub")


@pytest.fixture(scope="session")
def admin(city: City) -> Client:
    """The admin."""
    return city.log_in("admin")


@pytest.fixture
def newcomer(city: City, admin: Client) -> Client:
    """A citizen whom nobody knows yet."""
    login, password = f"warga-{uuid4().hex[:12]}", uuid4().hex
    made = admin.post("/v1/accounts", {"login": login, "password": password, "role": "citizen"})
    assert made.status == 201, made.text
    answer = city.guest.post("/v1/auth/token", {"login": login, "password": password})
    return Client(city.base_url, answer.json["access_token"])
