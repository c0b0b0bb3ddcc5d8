"""All scenarios, by number."""

from __future__ import annotations

from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.scenarios import (
    between,
    broker_away,
    bus,
    kills,
    late,
    overload,
    shuffled,
)

_listed = (
    *kills.SCENARIOS,
    *between.SCENARIOS,
    *broker_away.SCENARIOS,
    *bus.SCENARIOS,
    *shuffled.SCENARIOS,
    *overload.SCENARIOS,
    *late.SCENARIOS,
)
ALL: dict[int, Scenario] = {one.number: one for one in sorted(_listed, key=lambda one: one.number)}
