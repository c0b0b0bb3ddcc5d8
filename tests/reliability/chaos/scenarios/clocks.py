"""20: the clock of one service is an hour fast, or slow."""

from __future__ import annotations

import time

from tests.reliability.chaos.faults.clocks import wrong_clock
from tests.reliability.chaos.scenario import Run, Scenario

SERVICES = ("reports", "notify", "permits")
OFFSETS = ("+1h", "-1h")
SECONDS = 8.0


def wrong(run: Run) -> None:
    """Each but registry, both ways; its tokens are as good as before, and so are its terms."""
    for service in SERVICES:
        for offset in OFFSETS:
            with wrong_clock(run.world.stack, service, offset):
                began = time.monotonic_ns()
                run.let_it_run(SECONDS)
                answers = run.since(began)
            refused = sum(one.type != "ok" for one in answers)
            run.require(
                bool(answers) and not refused,
                f"{service} at {offset} for {SECONDS:.0f} s:"
                f" {len(answers)} requests answered, {refused} refused",
            )
            run.world.wait_ready()


SCENARIOS = [Scenario(20, "one service's clock an hour off", wrong)]
