"""supervisord itself is killed, and its processes live on without it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import leftovers
from infra.local.stack import Stack
from infra.local.state import is_free
from tests.client import log_in
from tests.place import free_port
from tests.reliability.journal import PLACE
from tests.running import KNOBS
from tests.waiting import eventually


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Stack]:
    """A stack of its own, for the shared one must live."""
    stack = Stack(tmp_path / "city", free_port(), extra=KNOBS)
    stack.up()
    yield stack
    stack.down()
    stack.forget()


def lose_supervisor(stack: Stack) -> dict[str, int]:
    """Kill it; return the processes it leaves behind."""
    pids = {name: stack.pid(name) for name in stack.supervisor.processes()}
    os.kill(int((stack.state.runtime / "supervisord.pid").read_text()), signal.SIGKILL)
    eventually(lambda: not stack.supervisor.is_running(), what="no supervisord")
    return pids


def living(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if Path(f"/proc/{pid}/environ").exists()]


def test_up_and_down_end_what_lost_its_supervisord(stack: Stack, city: Stack) -> None:
    citizen = log_in(city.base_url, city.state.logins, "citizen-1")
    made = citizen.post("/v1/reports", PLACE | {"description": "uji tanpa pengawas"})
    before = lose_supervisor(city)
    assert set(living(before)) >= {"gateway-0", "gateway-1", "reports", "postgres", "rabbitmq"}

    city.up()
    after = {name: city.pid(name) for name in city.supervisor.processes()}
    assert not set(before.values()) & set(after.values())
    assert citizen.get(f"/v1/reports/{made.json['id']}").status == 200

    lose_supervisor(city)
    city.down()
    assert leftovers.find(city.state) == [] and is_free(city.port)
    assert stack.supervisor.is_running(), "the neighbour runs on"
    eventually(stack.is_ready, 60, "readiness of the neighbour")
