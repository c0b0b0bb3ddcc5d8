"""Incidents that are over, and the corridors and hours in which there were most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid
from tests.integration.reports.jams import Streets, streets
from tests.integration.reports.test_actions import ANNA, SUPERVISOR, do

__all__ = ["streets"]

MINUTE = timedelta(minutes=1)


def test_what_is_over_is_found_by_when_and_where(streets: Streets) -> None:
    first = streets.jam()["incident"]
    streets.caller.clock.move(31 * MINUTE)
    second = streets.jam(900, client="home-2")["incident"]
    part = streets.jam(1_300, client="home-3")["incident"]
    streets.jam(1_100, client="home-4")
    streets.caller.clock.move(31 * MINUTE)
    hidden = streets.jam(-900, ANNA)
    do(streets, "hide", hidden["id"], SUPERVISOR)
    live = streets.jam(5_000)["incident"]
    streets.pass_by()
    found = [one["id"] for one in streets.history()]
    assert found == [second, first] and part not in found and live not in found
    assert [one["id"] for one in streets.history(limit=1)] == [second]
    assert [one["id"] for one in streets.history(until="2026-06-01T11:10:00+08:00")] == [first]
    assert [one["id"] for one in streets.history(since="2026-06-01T11:10:00+08:00")] == [second]
    assert streets.history(since="2026-05-01", until="2026-05-30") == []
    assert [one["id"] for one in streets.history(bbox="120.0,-3.101,120.2,-3.099")] == [first]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"since": "2026-01-01", "until": "2026-03-01"}, "since"),
        ({"since": "2026-03-01", "until": "2026-01-01"}, "until"),
        ({"category": "x"}, "category"),
    ],
)
def test_what_cannot_be_asked(streets: Streets, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        streets.history(**wrong)
    assert refused.value.errors[0].field == field


def test_the_worst_corridors_by_hour(streets: Streets) -> None:
    """It is eleven in the morning there; a jam lasts for half an hour if nobody else sees it."""
    streets.caller.clock.move(45 * MINUTE)
    streets.jam(towards="north")
    streets.jam(5_200, towards="north", client="home-2")
    streets.caller.clock.move(10 * MINUTE)
    streets.jam(5_220, towards="north", client="home-3")
    streets.caller.clock.move(60 * MINUTE)
    assert streets.pass_by() == 2
    worst, *others = streets.corridors()
    assert (worst["hour"], worst["minutes"], worst["incidents"]) == (12, 25, 1)
    assert worst["direction"] == "north" and worst["area"] is None
    west, south, east, north = worst["bbox"]
    assert south <= -3.1 + 5_200 / 111_195 <= north and west < worst["long"] < east
    assert sorted((one["hour"], one["minutes"]) for one in others) == [(11, 15), (11, 15), (12, 15)]
    eleven = streets.corridors(hour=11)
    assert [one["minutes"] for one in eleven] == [15, 15]
    assert streets.corridors(month="2026-05") == []
    assert len(streets.corridors(category="jam", limit=1)) == 1
    (again, *_) = streets.corridors()
    assert again == worst
