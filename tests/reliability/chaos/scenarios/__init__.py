"""All scenarios, by number."""

from __future__ import annotations

from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.scenarios import kills

ALL: dict[int, Scenario] = {one.number: one for one in (*kills.SCENARIOS,)}
