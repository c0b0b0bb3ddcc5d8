"""Runs one scenario from the first request to the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.reliability.chaos import observing
from tests.reliability.chaos.history import Attempt, History
from tests.reliability.chaos.invariants import Evidence, violations
from tests.reliability.chaos.load import RATE, Load
from tests.reliability.chaos.machine import Machine
from tests.reliability.chaos.people import gather
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.chaos.world import World
from tests.waiting import eventually

WARM_SECONDS = 4.0
AFTER_SECONDS = 4.0
READY_SECONDS = 300.0
MOST_SHOWN = 20

Progress = Callable[[str], None]


@dataclass
class Result:
    """How a scenario ended. counts: the clients' requests, by how they ended. slowness: of the
    machine meanwhile. servers: their versions. is_short:
    whether it was run in its short form. skipped: why this machine cannot run it.
    """

    number: int
    title: str
    notes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    violations: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    settled_seconds: float = 0.0
    slowness: float = 1.0
    at: str = ""
    servers: str = ""
    is_short: bool = False
    rate: float = RATE
    skipped: str = ""

    @property
    def holds(self) -> bool:
        """Whether every invariant held, and what the scenario demands besides."""
        return not self.violations and not self.complaints

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run(
    scenario: Scenario,
    world: World,
    history: Path | None = None,
    *,
    fault: Fault | None = None,
    spoil: Callable[[World], None] = lambda world: None,
    say: Progress = lambda words: None,
    rate: float = RATE,
) -> Result:
    """Load, fault, healing, checks. history: the file to log to. fault: instead of the usual one.
    spoil: done when all has settled, before it is judged. rate: requests a second.

    Raises AssertionError if the city is not ready, or not settled from what was before, or the
    fault cannot be injected.
    """
    began = time.monotonic()
    world.wait_ready()
    before = observing.unsettled(world)
    if before:
        eventually(lambda: not observing.unsettled(world), READY_SECONDS, f"settled: {before}")
    world.kills.clear()
    log = History(history)
    try:
        with Machine() as machine, Load(gather(world.city), log, rate=rate) as load:
            running = Run(world, load, machine)
            time.sleep(WARM_SECONDS)
            say(scenario.title)
            (fault or scenario.fault)(running)
            world.wait_ready(READY_SECONDS)
            healed = time.monotonic()
            late = observing.unreadable(world, machine, running.attempts)
            time.sleep(AFTER_SECONDS)
            say("everybody finishes")
            load.stop()
        say("looking")
        return _judged(scenario, running, healed, late, began, spoil)
    finally:
        log.close()


def _judged(
    scenario: Scenario,
    running: Run,
    healed: float,
    late: list[str],
    began: float,
    spoil: Callable[[World], None],
) -> Result:
    machine, attempts = running.machine, running.attempts
    settled = observing.wait_settled(running.world, machine, attempts, healed, late)
    spoil(running.world)
    observed = observing.observe(running.world, attempts, settled)
    if scenario.besides is not None:
        scenario.besides(running, observed)
    if running.load.outstanding:
        running.complaints.append(f"{running.load.outstanding} errands were never done")
    found = violations(
        Evidence(attempts, observed, running.world.kills, scenario.in_order, machine.slowness)
    )
    return Result(
        scenario.number,
        scenario.title,
        running.notes,
        running.complaints,
        {name: found[name][:MOST_SHOWN] for name in scenario.invariants if name in found},
        counted(attempts),
        round(time.monotonic() - began, 1),
        round(observed.settled_seconds, 1),
        machine.slowness,
        datetime.now(UTC).isoformat(timespec="seconds"),
        observing.servers(running.world),
        rate=running.load.rate,
    )


def counted(attempts: list[Attempt]) -> dict[str, int]:
    """Requests by how they ended: ok, a status, or torn."""
    return dict(Counter(_ending(one) for one in attempts))


def _ending(attempt: Attempt) -> str:
    if attempt.status is None:
        return "torn"
    return "ok" if attempt.type == "ok" else str(attempt.status)
