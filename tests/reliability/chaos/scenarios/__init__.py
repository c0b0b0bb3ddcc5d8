"""All scenarios, by number."""

from __future__ import annotations

from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.scenarios import (
    backlog,
    between,
    broker,
    broker_away,
    bus,
    clocks,
    cluster,
    databases,
    kills,
    late,
    overload,
    pairs,
    restore,
    shuffled,
)

_listed = (
    *kills.SCENARIOS,
    *between.SCENARIOS,
    *broker_away.SCENARIOS,
    *cluster.SCENARIOS,
    *broker.SCENARIOS,
    *databases.SCENARIOS,
    *bus.SCENARIOS,
    *shuffled.SCENARIOS,
    *backlog.SCENARIOS,
    *clocks.SCENARIOS,
    *overload.SCENARIOS,
    *pairs.SCENARIOS,
    *restore.SCENARIOS,
    *late.SCENARIOS,
)
ALL: dict[int, Scenario] = {one.number: one for one in sorted(_listed, key=lambda one: one.number)}
