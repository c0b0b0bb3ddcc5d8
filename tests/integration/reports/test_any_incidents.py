"""Any reports in any order, also at once, on the real database: the incidents are those that a look
at every two reports finds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.principal import Principal, Role
from tests.integration.reports.conftest import INSIDE
from tests.integration.reports.jams import Streets, streets
from tests.unit.reports.test_incident_joining import REPORTS, START, STEP, Seen, connected

__all__ = ["streets"]

_PEOPLE = count()


def reported(streets: Streets, seen: Seen) -> Seen:
    """Report what was seen, at its time; with the id that it got."""
    place: dict[str, Any] = {"lat": seen.lat, "long": seen.long}
    answers = {"towards": seen.direction} if seen.direction else {}
    somebody = Principal(f"person-{next(_PEOPLE)}", Role.CITIZEN)
    found = streets.submit(somebody, category="jam", attributes=answers, **place)
    return Seen(found["id"], seen.lat, seen.long, seen.direction, seen.at)


def shown(streets: Streets) -> dict[str, frozenset[str]]:
    """The reports of each incident that lives."""
    return {
        one["id"]: frozenset(
            report["id"] for report in streets.incident(one["id"])["newest_reports"]
        )
        for one in streets.listed()
    }


def moved(drawn: list[Seen]) -> list[Seen]:
    """The same, in the tiny city."""
    return [
        Seen(one.id, one.lat + INSIDE["lat"] + 6.3, one.long + INSIDE["long"] - 106.7,
             one.direction, one.at)
        for one in drawn
    ]  # fmt: skip


@pytest.fixture
def hours() -> Any:
    """One example after the other, each long after all that was before is over."""
    return count(1)


@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(drawn=REPORTS, random=st.randoms(use_true_random=False))
def test_any_reports_in_any_order(
    streets: Streets, hours: Any, drawn: list[Seen], random: Random
) -> None:
    begin = START + timedelta(hours=2 * next(hours))
    streets.caller.clock.at = begin
    streets.pass_by()
    arriving, known = moved(drawn), []
    random.shuffle(arriving)
    for one in arriving:
        streets.caller.clock.at = begin + timedelta(seconds=one.at)
        known.append(reported(streets, one))
    assert shown(streets) == connected(known)
    for feature in streets.listed():
        first = min(one.at for one in known if one.id in shown(streets)[feature["id"]])
        assert feature["properties"]["began_at"] == (begin + timedelta(seconds=first)).isoformat()
        last = max(one.at for one in known if one.id in shown(streets)[feature["id"]])
        lives = begin + timedelta(seconds=last, minutes=30)
        assert feature["properties"]["expires_at"] == lives.isoformat()


def test_many_at_once(streets: Streets) -> None:
    random = Random(11)
    places = [
        Seen(str(n), INSIDE["lat"] + random.randint(-25, 25) * STEP,
             INSIDE["long"] + random.randint(-25, 25) * STEP, None, 0)
        for n in range(90)
    ]  # fmt: skip
    with ThreadPoolExecutor(7) as pool:
        known = list(pool.map(lambda one: reported(streets, one), places))
    parts = connected(known)
    assert 1 < len(parts) < 60 and shown(streets) == parts
    ended = [incident for happened, incident in streets.told() if happened == "ended"]
    assert len(ended) == len(set(ended))
