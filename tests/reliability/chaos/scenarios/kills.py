"""1 to 5: kill -9 of each process, ten times."""

from __future__ import annotations

from tests.reliability.chaos.scenario import Fault, Run, Scenario

TIMES = 10
BACK_SECONDS = 10.0
PAUSE_SECONDS = 1.0


def killed(name: str, times: int) -> Fault:
    """kill -9, so many times, each when the one before is back."""

    def fault(run: Run) -> None:
        back = []
        for _ in range(times):
            run.let_it_run(PAUSE_SECONDS)
            back.append(run.world.kill_and_wait(name))
        words = f"killed {name} {times} times; back after {min(back):.1f} to {max(back):.1f} s"
        run.require(max(back) <= run.machine.stretched(BACK_SECONDS), words)

    return fault


SCENARIOS = [
    Scenario(number, f"kill -9 of {name}", killed(name, TIMES), quick=killed(name, 1))
    for number, name in enumerate(("gateway", "registry", "reports", "notify", "permits"), 1)
]
