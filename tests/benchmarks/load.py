"""The load: a process of its own that asks a bounded number of times and tells what it saw.

python -m tests.benchmarks.load < plan.json > seen.json
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from infra.local.state import ROOT
from tests.benchmarks.http import Connection, Gone
from tests.benchmarks.journeys import JOURNEYS, Answered, Failed, Trail
from tests.benchmarks.measure import percentile

MOST_JOURNEYS = 500_000
MOST_SECONDS = 900.0


@dataclass(frozen=True)
class Plan:
    """What to do.

    journey: of JOURNEYS. workers: connections. seconds: how long journeys begin. rate: so many
    begin a second, whatever becomes of them (open loop); None: each worker begins its next when
    it has ended one (closed loop). most: how many journeys at most. trails: keep what they leave.
    given: what the journey needs.
    """

    port: int
    journey: str
    workers: int
    seconds: float
    rate: float | None = None
    most: int = MOST_JOURNEYS
    trails: bool = False
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What came of it.

    seconds: from the first request to the last answer. done: journeys that succeeded. failed: those
    that did not. unsent: that found no free connection (open loop). statuses: answers by status,
    `gone` for connections that broke. calls: per name count and p50, p95, p99, max in seconds, of
    those that succeeded. by_second: how many journeys succeeded in each second. cpu: seconds of
    CPU that the load itself took.
    """

    seconds: float
    done: int
    failed: int
    unsent: int
    statuses: dict[str, int]
    calls: dict[str, dict[str, float]]
    by_second: list[int]
    cpu: float
    trails: list[Trail]

    @property
    def rate(self) -> float:
        """Journeys that succeeded, a second."""
        return self.done / self.seconds

    @property
    def requests(self) -> int:
        """Answers of any kind."""
        return sum(self.statuses.values())

    def p95(self) -> float:
        """The largest p95 of all calls, in seconds."""
        return max((call["p95"] for call in self.calls.values()), default=0.0)


def run(plan: Plan) -> Seen:
    """Run a plan in a process of its own. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(asdict(plan)).encode(), stdout=subprocess.PIPE, cwd=ROOT, check=True,
        timeout=MOST_SECONDS + 60,
    )  # fmt: skip
    return Seen(**json.loads(done.stdout))


class Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        if plan.seconds > MOST_SECONDS or plan.most > MOST_JOURNEYS:
            raise ValueError("a load must be bounded")
        self._plan = plan
        self._journey = JOURNEYS[plan.journey]
        self._latencies: dict[str, list[float]] = defaultdict(list)
        self._statuses: Counter[str] = Counter()
        self._by_second: Counter[int] = Counter()
        self._trails: list[Trail] = []
        self._begun = self._done = self._failed = self._unsent = 0

    async def run(self) -> Seen:
        """Do it."""
        self._started = time.perf_counter()
        free = [Connection(self._plan.port) for _ in range(self._plan.workers)]
        if self._plan.rate is None:
            await asyncio.gather(*(self._again_and_again(one) for one in free))
        else:
            await self._at_a_rate(free, self._plan.rate)
        return self._seen(time.perf_counter() - self._started)

    async def _again_and_again(self, connection: Connection) -> None:
        while self._goes_on():
            await self._travel(connection)
        connection.close()

    async def _at_a_rate(self, free: list[Connection], rate: float) -> None:
        under_way: set[asyncio.Task[None]] = set()
        while self._goes_on():
            due = int((time.perf_counter() - self._started) * rate) + 1
            for _ in range(due - self._begun):
                if not free:
                    self._begun += 1
                    self._unsent += 1
                    continue
                task = asyncio.create_task(self._borrowed(free))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                await asyncio.sleep(0)
            await asyncio.sleep(max(0.001, 0.5 / rate))
        await asyncio.gather(*under_way)

    async def _borrowed(self, free: list[Connection]) -> None:
        connection = free.pop()
        await self._travel(connection)
        free.append(connection)

    def _goes_on(self) -> bool:
        is_time = time.perf_counter() - self._started < self._plan.seconds
        return is_time and self._begun < self._plan.most

    async def _travel(self, connection: Connection) -> None:
        number, self._begun = self._begun, self._begun + 1

        async def ask(name: str, method: str, path: str, **rest: Any) -> Answered:
            return await self._ask(connection, name, method, path, **rest)

        try:
            trail = await self._journey(ask, self._plan.given, number)
        except Failed:
            self._failed += 1
            return
        self._done += 1
        self._by_second[int(time.perf_counter() - self._started)] += 1
        if self._plan.trails:
            self._trails.append(trail)

    async def _ask(
        self, connection: Connection, name: str, method: str, path: str, **rest: Any
    ) -> Answered:
        began, sent_at = time.perf_counter(), time.time()
        try:
            status, body = await connection.ask(method, path, **rest)
        except (OSError, Gone, TimeoutError):
            self._statuses["gone"] += 1
            # what is shut is not hammered on
            await asyncio.sleep(0.05)
            raise Failed from None
        self._statuses[str(status)] += 1
        if not 200 <= status < 300:
            raise Failed
        self._latencies[name].append(time.perf_counter() - began)
        return Answered(body, sent_at)

    def _seen(self, seconds: float) -> Seen:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return Seen(
            seconds=seconds,
            done=self._done,
            failed=self._failed,
            unsent=self._unsent,
            statuses=dict(self._statuses),
            calls={name: _summary(values) for name, values in self._latencies.items()},
            by_second=[self._by_second[n] for n in range(int(seconds) + 1)],
            cpu=used.ru_utime + used.ru_stime,
            trails=self._trails,
        )


def _summary(values: list[float]) -> dict[str, float]:
    found = {f"p{percent}": percentile(values, percent) for percent in (50, 95, 99)}
    return found | {"max": max(values), "count": len(values)}


def main() -> None:
    """Read the plan, run it, write what was seen."""
    plan = Plan(**json.load(sys.stdin))
    # pauses of the load's own would look like slowness of what it asks
    gc.disable()
    json.dump(asdict(asyncio.run(Load(plan).run())), sys.stdout)


if __name__ == "__main__":
    main()
