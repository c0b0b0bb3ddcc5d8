"""Hashing in threads: bounded, and honest when its caller gives up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import eventlet
import pytest

from services.chassis.errors import Unavailable
from services.chassis.offload import Offload


class Door:
    """A function that waits in its thread until it is let go; counts who is inside."""

    def __init__(self) -> None:
        self.inside = self.most = self.began = 0
        self._lock = threading.Lock()
        self._open = threading.Event()

    def enter(self, value: int) -> int:
        """Wait until the door opens; give `value` back."""
        with self._lock:
            self.began += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self._open.wait(20)
        with self._lock:
            self.inside -= 1
        return value

    def open(self) -> None:
        """Let everybody through."""
        self._open.set()


@pytest.fixture
def door() -> Iterator[Door]:
    """Opened at the end, so that no thread stays behind."""
    door = Door()
    yield door
    door.open()


def reached(look: Any) -> None:
    """Let the green threads run until it is true."""
    with eventlet.Timeout(20):
        while not look():
            eventlet.sleep(0.005)


def test_no_more_than_its_threads_run_at_once(door: Door) -> None:
    offload = Offload(threads=2, queue=8)
    calls = [eventlet.spawn(offload.run, door.enter, number) for number in range(10)]
    reached(lambda: door.inside == 2)
    door.open()
    assert [call.wait() for call in calls] == list(range(10))
    assert door.most == 2


def test_one_too_many_is_told_to_come_back(door: Door) -> None:
    offload = Offload(threads=1, queue=1)
    calls = [eventlet.spawn(offload.run, door.enter, number) for number in range(2)]
    reached(lambda: door.inside == 1)
    with pytest.raises(Unavailable) as told:
        offload.run(door.enter, 3)
    assert told.value.retry_after
    door.open()
    assert [call.wait() for call in calls] == [0, 1]
    assert offload.run(door.enter, 4) == 4


def test_who_gives_up_while_waiting_starts_nothing(door: Door) -> None:
    offload = Offload(threads=1, queue=1)
    first = eventlet.spawn(offload.run, door.enter, 1)
    reached(lambda: door.inside == 1)
    waiting = eventlet.spawn(offload.run, door.enter, 2)
    eventlet.sleep(0)
    waiting.kill()
    last = eventlet.spawn(offload.run, door.enter, 3)
    eventlet.sleep(0)
    door.open()
    assert (first.wait(), last.wait()) == (1, 3)
    assert door.began == 2


def test_who_gives_up_later_leaves_the_thread_taken(door: Door) -> None:
    offload = Offload(threads=1, queue=1)
    first = eventlet.spawn(offload.run, door.enter, 1)
    reached(lambda: door.inside == 1)
    first.kill()
    second = eventlet.spawn(offload.run, door.enter, 2)
    eventlet.sleep(0.02)
    assert door.began == 1
    door.open()
    assert second.wait() == 2 and door.most == 1


def test_an_error_reaches_the_caller(capfd: pytest.CaptureFixture[str]) -> None:
    offload = Offload(threads=1, queue=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            offload.run(divmod, 1, 0)
    assert offload.run(divmod, 7, 2) == (3, 1)
    assert capfd.readouterr().err == ""


SIZES = """
from services.chassis.offload import Offload
from eventlet import tpool
Offload(threads=2)
Offload(threads=1).run(int)
print(len(tpool._threads))
"""


@pytest.mark.parametrize("environment", [{}, {"EVENTLET_THREADPOOL_SIZE": "0"}])
def test_the_pool_has_as_many_threads_as_are_asked_for(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SIZES],
        env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "3"
