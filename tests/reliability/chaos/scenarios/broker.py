"""11 and 12: the broker takes nothing in, or stands still."""

from __future__ import annotations

import time

from tests.reliability.chaos.faults.alarms import disk_alarm
from tests.reliability.chaos.scenario import Fault, Run, Scenario

SECONDS = 20.0
QUICK_SECONDS = 6.0


def alarmed(seconds: float) -> Fault:
    """The disk alarm rings."""

    def fault(run: Run) -> None:
        with disk_alarm(run.world.stack):
            began = time.monotonic_ns()
            run.let_it_run(seconds)
            run.note(f"disk alarm for {seconds:.0f} s")
            run.writes_go_on(began)

    return fault


def frozen(seconds: float) -> Fault:
    """SIGSTOP of the broker, and SIGCONT."""

    def fault(run: Run) -> None:
        with run.world.frozen("rabbitmq") as pids:
            began = time.monotonic_ns()
            run.let_it_run(seconds)
            run.note(f"broker frozen for {seconds:.0f} s ({len(pids)} processes)")
            run.writes_go_on(began)

    return fault


SCENARIOS = [
    Scenario(11, "disk alarm of the broker", alarmed(SECONDS)),
    Scenario(12, "broker frozen for 20 s", frozen(SECONDS), quick=frozen(QUICK_SECONDS)),
]
