"""21: five times the load, half of it from people whose lines are slow."""

from __future__ import annotations

import socket
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from tests.reliability.chaos.load import Load
from tests.reliability.chaos.probes import is_answered
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.chaos.world import World

TIMES = 5
SECONDS = 30
QUICK_SECONDS = 10
SLOW_LINES = 100
BYTE_SECONDS = 0.5
ANSWER_SECONDS = 5.0
_HEAD = b"POST /v1/reports HTTP/1.1\r\nHost: kota.example\r\nContent-Type: application/json\r\n"
_LENGTH = b"Content-Length: 200\r\n\r\n"


@dataclass
class Meanwhile(ABC):
    """A context: something goes on in a thread of its own."""

    world: World
    _ends: threading.Event = field(default_factory=threading.Event, kw_only=True)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Go on until `_ends` is set."""


@dataclass
class SlowLines(Meanwhile):
    """So many clients each send the body of a report, one byte after the other."""

    begun: int = 0
    cut_off: int = 0

    def _run(self) -> None:
        lines: list[socket.socket] = []
        while not self._ends.wait(BYTE_SECONDS):
            lines = [line for line in lines if self._goes_on(line)]
            while len(lines) < SLOW_LINES:
                lines.append(self._begin())
        for line in lines:
            line.close()

    def _begin(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.world.stack.port), timeout=5)
        line.sendall(_HEAD + _LENGTH)
        self.begun += 1
        return line

    def _goes_on(self, line: socket.socket) -> bool:
        with suppress(OSError):
            line.sendall(b" ")
            line.setblocking(False)
            try:
                line.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                line.setblocking(True)
                return True
        line.close()
        self.cut_off += 1
        return False


@dataclass
class Health(Meanwhile):
    """Every process is asked once a second how it is."""

    slowest: float = 0.0
    asked: int = 0
    silent: list[str] = field(default_factory=list)

    def _run(self) -> None:
        stack = self.world.stack
        names = ("gateway-0", "gateway-1", "registry", "reports", "notify", "permits")
        urls = {name: f"http://127.0.0.1:{stack.state.admin_port(name)}/healthz" for name in names}
        urls["the public /readyz"] = f"{stack.base_url}/readyz"
        while not self._ends.wait(1.0):
            for name, url in urls.items():
                self._ask(name, url)

    def _ask(self, name: str, url: str) -> None:
        began = time.monotonic()
        if not is_answered(url):
            self.silent.append(name)
        self.asked += 1
        self.slowest = max(self.slowest, time.monotonic() - began)


def overloaded(seconds: float) -> Fault:
    """Five times as many requests as usual, and slow bodies besides."""

    def fault(run: Run) -> None:
        more = Load(
            run.load.errands.people,
            run.history,
            seed=2,
            rate=run.load.rate * (TIMES - 1),
            first_process=1000,
        )
        began = time.monotonic_ns()
        with more, SlowLines(run.world) as slow, Health(run.world) as health:
            run.let_it_run(seconds)
        asked = run.since(began)
        refused = sum(one.status in (429, 503) for one in asked)
        run.note(
            f"{len(asked)} requests in {seconds:.0f} s and until all were done, {refused} refused"
            f" for the moment, {more.skipped + run.load.skipped} not begun for want of clients"
        )
        run.note(f"{slow.begun} slow bodies, {slow.cut_off} of them cut off")
        run.require(
            not health.silent and health.slowest <= run.machine.stretched(ANSWER_SECONDS),
            f"{health.asked} questions for health, the slowest answered in {health.slowest:.2f} s,"
            f" {len(health.silent)} not answered {sorted(set(health.silent))}",
        )

    return fault


SCENARIOS = [
    Scenario(
        21,
        f"{TIMES} times the load with slow bodies, {SECONDS} s",
        overloaded(SECONDS),
        quick=overloaded(QUICK_SECONDS),
    )
]
