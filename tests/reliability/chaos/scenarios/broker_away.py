"""8 and 9: the broker restarts; the broker is away."""

from __future__ import annotations

import signal
import time

from tests.reliability.chaos.scenario import Fault, Run, Scenario

AWAY_SECONDS = 60
QUICK_SECONDS = 8


def restarted(run: Run) -> None:
    """Once as an operator does it, once by kill -9."""
    began = time.monotonic_ns()
    with run.world.stopped("rabbitmq"):
        run.note("stopped the broker and started it again")
    run.world.stack.wait_servers()
    run.world.wait_ready()
    run.writes_go_on(began)
    run.let_it_run(2)
    killed(run)
    back = run.world.wait_ready()
    run.note(f"ready {back:.1f} s after the broker listened again")


def killed(run: Run) -> None:
    """kill -9 of the broker alone."""
    began = time.monotonic_ns()
    run.world.stack.kill("rabbitmq", signal.SIGKILL)
    run.note("killed the broker (-9)")
    run.let_it_run(2)
    run.world.stack.wait_servers()
    run.writes_go_on(began)


def away(seconds: float) -> Fault:
    """Stopped for so long; what was asked meanwhile was done meanwhile."""

    def fault(run: Run) -> None:
        with run.world.stopped("rabbitmq"):
            began = time.monotonic_ns()
            run.let_it_run(seconds)
            run.note(f"the broker was away for {seconds:.0f} s")
            run.writes_go_on(began)
        run.world.stack.wait_servers()

    return fault


SCENARIOS = [
    Scenario(8, "broker restart", restarted, quick=killed),
    Scenario(9, f"broker away {AWAY_SECONDS} s", away(AWAY_SECONDS), quick=away(QUICK_SECONDS)),
]
