"""A city of its own, and hands to break it with."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infra.local.stack import Stack
from infra.local.state import ROOT, is_free
from tests.cities import native
from tests.mailbox import Mailbox
from tests.waiting import eventually

FOLDER = ROOT / ".local" / "chaos"
PORTS = range(18_600, 18_700)
# the load comes from one address, and mail that was deferred need not rest a minute
# what fails is parked in six seconds
KNOBS = {
    "RATE_LIMIT_SCALE": "1000",
    # tests say the same again and again
    "HOLD_SUSPECTED": "false",
    "MAIL_RETRY_SECONDS": "0.5",
    "MAIL_LEASE_SECONDS": "4",
    "HANDLER_MAX_TRIES": "6",
    "HANDLER_RETRY_SECONDS": "0.2",
}
# ends what hangs, measures nothing
BACK_SECONDS = 300


class Impossible(Exception):
    """This machine does not allow what the scenario needs; the message says what."""


@dataclass(frozen=True)
class Kill:
    """A process that was killed, and when (monotonic nanoseconds)."""

    process: str
    at: int


class World:
    """The city under test. What is killed through it is remembered: a torn connection, or a mail
    that was sent once more, is forgiven only where a kill explains it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.city = native(stack)
        self.post = Mailbox(self.city)
        self.kills: list[Kill] = []

    def open(self) -> None:
        """Bring it up."""
        self.stack.up()

    def close(self) -> None:
        """Stop everything and forget it."""
        self.stack.down()
        self.stack.forget()

    def wait_ready(self, seconds: float = BACK_SECONDS) -> float:
        """Wait until everything says that it is ready; how many seconds that took."""
        began = time.monotonic()
        eventually(self.stack.is_ready, seconds, "readiness")
        return time.monotonic() - began

    def lost(self, name: str) -> None:
        """Remember that a process is about to be lost in another way than by a kill."""
        self.kills.append(Kill(name, time.monotonic_ns()))

    def kill(self, name: str) -> int:
        """kill -9 of a process; the pid it had. `gateway` is its first process."""
        pid = self.stack.kill(name)
        self.kills.append(Kill(name, time.monotonic_ns()))
        return pid

    def kill_and_wait(self, name: str) -> float:
        """kill -9; the seconds until a new process of it says that it is ready."""
        began, pid = time.monotonic(), self.kill(name)
        one = self.stack.supervisor.members(name)[0]
        eventually(lambda: self.stack.pid(one) not in (0, pid), BACK_SECONDS, f"a new {one}")
        eventually(lambda: self.stack.process_is_ready(one), BACK_SECONDS, f"readiness of {one}")
        return time.monotonic() - began

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """A program does not run meanwhile."""
        self.stack.supervisor.stop_process(name)
        try:
            yield
        finally:
            self.stack.supervisor.start_process(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[list[int]]:
        """A program and all its children stand still meanwhile; their pids."""
        pids = family(self.stack.pid(name))
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield pids
        finally:
            for pid in pids:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGCONT)


def usual(folder: Path = FOLDER, environment: Mapping[str, str] = MappingProxyType({})) -> World:
    """The city as operators run it on one machine: two gateways, one process of each service.

    environment: besides the usual one, for all processes.
    """
    folder = folder / "city"
    left = Stack(folder, PORTS[0])
    left.down()
    left.forget()
    port = next(port for port in PORTS if is_free(port))
    return World(Stack(folder, port, extra=KNOBS | dict(environment)))


def family(pid: int) -> list[int]:
    """A process and everything below it, the parents first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]
