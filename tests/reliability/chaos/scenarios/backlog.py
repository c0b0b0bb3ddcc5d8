"""19: a consumer is slow, and 10,000 events are behind it."""

from __future__ import annotations

import time

from infra.local.processes import tree_memory
from tests.reliability.chaos.faults.backlog import announce, slow_notifications, waiting
from tests.reliability.chaos.scenario import Run, Scenario
from tests.waiting import eventually

EVENTS = 10_000
SLOW_SECONDS = 0.5
LASTS_SECONDS = 20.0
# the broker stops taking in at 400 MB; a service's container has 256 MB
MOST_MEGABYTES = {"notify": 256.0, "rabbitmq": 400.0}


def slow(run: Run) -> None:
    """Events come much faster than they are handled; then handling is fast again."""
    stack = run.world.stack
    reporter = str(run.world.city.log_in("citizen-1").get("/v1/auth/me").json["id"])
    before = memory(run)
    with slow_notifications(stack, SLOW_SECONDS):
        announce(stack, reporter, EVENTS)
        most = eventually(lambda: waiting(stack) > EVENTS * 0.97 and waiting(stack), 60, "backlog")
        peak = _watched(run, LASTS_SECONDS)
    run.note(f"{most} events waited in the broker for {LASTS_SECONDS:.0f} s")
    began = time.monotonic()
    eventually(lambda: waiting(stack) == 0, 300, "an empty queue")
    took = time.monotonic() - began
    run.note(f"handled {took:.0f} s after the consumer was fast again ({most / took:.0f} a second)")
    for name, megabytes in memory(run).items():
        largest = max(megabytes, peak[name])
        run.require(
            largest <= MOST_MEGABYTES[name],
            f"{name}: {before[name]:.0f} MB before, at most {largest:.0f} MB",
        )


def memory(run: Run) -> dict[str, float]:
    """Megabytes of the consumer and of the broker."""
    return {name: tree_memory(run.world.stack.pid(name)) for name in MOST_MEGABYTES}


def _watched(run: Run, seconds: float) -> dict[str, float]:
    peak = memory(run)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.let_it_run(1.0)
        peak = {name: max(peak[name], now) for name, now in memory(run).items()}
    return peak


SCENARIOS = [Scenario(19, "slow consumer, 10,000 behind", slow)]
