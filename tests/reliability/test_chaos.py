"""The quick part of `make chaos`: several faults a run, each in its short form."""

from __future__ import annotations

import pytest

from infra.local.stack import Stack
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.runner import run
from tests.reliability.chaos.scenario import After, Fault, Run, Scenario, one_after_the_other
from tests.reliability.chaos.scenarios import ALL
from tests.reliability.chaos.world import World

RUNS: dict[str, tuple[int, ...]] = {
    "processes die": (1, 2, 3, 4, 5, 6, 7),
    "the broker is away": (8, 9),
    "events come late, often, poisoned, in any order": (27, 17, 16, 18),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.usefixtures("no_dead_letters")
def test_nothing_is_lost_and_nothing_happens_twice(stack: Stack, name: str) -> None:
    chosen = [ALL[number] for number in RUNS[name]]
    scenario = Scenario(
        0,
        name,
        one_after_the_other(*map(_quick, chosen)),
        _all_besides(chosen),
        in_order=all(one.in_order for one in chosen),
    )
    result = run(scenario, World(stack))
    assert result.violations == {} and result.complaints == [], result.notes


def _quick(scenario: Scenario) -> Fault:
    assert scenario.quick is not None, scenario.title
    return scenario.quick


def _all_besides(chosen: list[Scenario]) -> After:
    def besides(running: Run, observed: Observed) -> None:
        for one in chosen:
            if one.besides is not None:
                one.besides(running, observed)

    return besides
