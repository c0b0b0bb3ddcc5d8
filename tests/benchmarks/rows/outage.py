"""e: the broker is away while people go on, then it comes back."""

from __future__ import annotations

import time

from tests.benchmarks.figures import Outcome, less
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import DRAIN_SECONDS, Stage
from tests.waiting import eventually

WRITES_A_SECOND, WORKERS = 5.0, 16
AWAY_SECONDS, FULL_SECONDS = 60.0, 600.0
DRAINED_SECONDS = 60.0


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Stop the broker, write, start it, and count what arrives."""
    seconds = FULL_SECONDS if scale.full else min(AWAY_SECONDS, 12 * scale.seconds)
    before, crew = stage.handled(), stage.crew()
    supervisor = stage.stack.supervisor
    supervisor.stop_process("rabbitmq")
    try:
        seen = stage.load("submit", WORKERS, seconds, rate=WRITES_A_SECOND, given=crew)
    finally:
        supervisor.start_process("rabbitmq")
    eventually(lambda: stage.stack.rabbitmq.problem() is None, 60, "the broker")
    back = time.monotonic()
    wanted = before + seen.done
    until = back + DRAIN_SECONDS
    while stage.handled() < wanted and time.monotonic() < until:
        time.sleep(0.1)
    drained, handled = time.monotonic() - back, stage.handled()
    eventually(stage.stack.is_ready, DRAIN_SECONDS, "the stack")
    return Outcome(
        [
            less("events lost", "", float(wanted - handled), 0.0),
            less("drained after the broker's return", "s", drained, DRAINED_SECONDS),
            less("writes refused meanwhile", "", float(seen.failed)),
            less("p95 of a write meanwhile", "ms", seen.p95() * 1e3),
        ],
        [
            f"{seen.done} writes in {seconds:.0f} s without a broker, answered with "
            + ", ".join(f"{status}: {count}" for status, count in sorted(seen.statuses.items())),
            "an event that nobody handled within 120 s counts as lost",
        ],
    )
