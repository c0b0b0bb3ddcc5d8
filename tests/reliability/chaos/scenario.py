"""What a scenario is, and what its fault is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.reliability.chaos.history import Attempt, History
from tests.reliability.chaos.invariants import INVARIANTS
from tests.reliability.chaos.load import Load
from tests.reliability.chaos.machine import Machine
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.world import World, usual

# who asks is answered by then, so a pause that is longer is no chance
PAUSE_SECONDS = 5.0


@dataclass
class Run:
    """One run of a scenario, while it goes on.

    notes: what was injected and counted, a line each, for the report. complaints: what should have
    held besides the invariants, and did not. memory: what `besides` has to know of the fault.
    brought_back_to: the moment (monotonic nanoseconds) to which the city was brought back, if so.
    """

    world: World
    load: Load
    machine: Machine
    notes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    brought_back_to: int | None = None

    @property
    def attempts(self) -> list[Attempt]:
        """What is judged: all of it, or what was answered before that moment."""
        until = self.brought_back_to
        return [one for one in self.history.attempts() if until is None or one.ended < until]

    @property
    def history(self) -> History:
        """What the clients asked and heard up to now."""
        return self.load.history

    def note(self, words: str) -> None:
        """Something that was injected or counted, with its number."""
        self.notes.append(words)

    def require(self, holds: bool, words: str) -> None:
        """Something besides the invariants that the scenario demands, with what was measured."""
        self.notes.append(words)
        if not holds:
            self.complaints.append(words)

    def let_it_run(self, seconds: float) -> None:
        """The fault lasts, or the load goes on, for so long."""
        time.sleep(seconds)

    def since(self, began: int) -> list[Attempt]:
        """What was asked from a moment on (monotonic nanoseconds) and is answered."""
        return [one for one in self.history.attempts() if one.began >= began and one.seconds]

    def writes_go_on(self, began: int) -> None:
        """Demand that writes were accepted without a pause since `began` (monotonic ns)."""
        writes = [one for one in self.since(began) if one.is_write]
        done = [one.ended for one in writes if one.type == "ok"]
        moments = [began, *sorted(done), time.monotonic_ns()]
        pause = max(after - before for before, after in pairwise(moments)) / 1e9
        self.require(
            pause <= self.machine.stretched(PAUSE_SECONDS),
            f"{len(done)} writes accepted meanwhile, {len(writes) - len(done)} refused for the"
            f" moment; the longest time without an accepted one was {pause:.1f} s",
        )


Fault = Callable[[Run], None]
After = Callable[[Run, Observed], None]


def one_after_the_other(*faults: Fault) -> Fault:
    """All of them in one run, each when everything is ready again."""

    def fault(run: Run) -> None:
        for one in faults:
            one(run)
            run.world.wait_ready()

    return fault


@dataclass(frozen=True)
class Scenario:
    """A fault under load, after which every invariant must hold.

    number, title: as in the table of the README. fault: injects it and takes it away again.
    besides: looks at what was observed when everything had settled. quick: how it is run within
    `make test`, if it is. world: makes the city that it needs. in_order: whether events reach their
    consumers in the order in which they were published. invariants: those that it is held to.
    """

    number: int
    title: str
    fault: Fault
    besides: After | None = None
    quick: Fault | None = None
    world: Callable[[Path], World] = usual
    in_order: bool = True
    invariants: tuple[str, ...] = tuple(INVARIANTS)
