"""The one city, or its servers alone, that all tests of a process share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from uuid import uuid4

import psycopg2
import pytest

from infra.local import stack as stack_module
from infra.local.stack import Stack
from tests import composed
from tests.cities import City, native
from tests.client import Client
from tests.place import folder, free_port

PORTS = range(18_080, 18_180)
# a failing event is parked after three tries, half a second apart at first
KNOBS = {
    "HANDLER_MAX_TRIES": "3",
    "HANDLER_RETRY_SECONDS": "0.5",
    "RATE_LIMIT_SCALE": "1000",
    # tests say the same again and again
    "HOLD_SUSPECTED": "false",
    "MAIL_RETRY_SECONDS": "0.5",
    "MAIL_LEASE_SECONDS": "4",
}


@cache
def running_servers() -> Stack:
    """Started when the first test asks for them; the same for all folders of tests."""
    if composed.IS_ASKED_FOR:
        pytest.skip("reaches into processes of this machine")
    # a machine may have much else to do, above all to start another stack for tests
    stack_module.READY_SECONDS = 300
    stack_module.SERVER_SECONDS = 300
    # traces go where nobody is, except in the tests of traces
    knobs = KNOBS | {"OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    found = Stack(folder(), free_port(), extra=knobs, progress=print)
    # a run that was ended by force may have left it running
    found.down()
    _started(found, found.only_servers)
    _spare_the_disk(found)
    return found


@cache
def running_stack() -> Stack:
    """The services and the gateway on these servers."""
    found = running_servers()
    _started(found, found.up)
    return found


@cache
def running_containers() -> City:
    """The containers of `make compose-test`; the same for both of its folders."""
    return composed.start(KNOBS)


def _spare_the_disk(servers: Stack) -> None:
    """PostgreSQL leaves writing to the system: what is killed loses nothing by it, a machine would.

    No test takes the power from a machine, and each database that is made or dropped waits for it.
    """
    connection = psycopg2.connect(servers.postgres.admin_url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET fsync = off")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


def _started(stack: Stack, start: Callable[[], None]) -> None:
    try:
        start()
    except BaseException:
        # no fixture has begun that would end it
        stack.down()
        raise


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """PostgreSQL and RabbitMQ, with a database per service that may be without tables."""
    found = running_servers()
    yield found
    found.down()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with every process of its own, for tests that reach into it."""
    found = running_stack()
    yield found
    found.down()


@pytest.fixture(scope="session")
def city(request: pytest.FixtureRequest) -> Iterator[City]:
    """A running city: the native stack, or containers if `make compose-test` asks for them."""
    if not composed.IS_ASKED_FOR:
        yield native(request.getfixturevalue("stack"))
        return
    yield running_containers()
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
