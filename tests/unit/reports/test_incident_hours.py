"""In which hours of the city's day an incident was where."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.incidents.hours import Field, fields_of, hours_of

ZONE = ZoneInfo("Asia/Jakarta")
MOMENTS = st.integers(0, 60 * 24 * 365).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=minute)
)


@given(MOMENTS, st.integers(0, 60 * 24 * 3))
def test_the_minutes_of_all_hours_are_the_life(began: datetime, minutes: int) -> None:
    ended = began + timedelta(minutes=minutes)
    found = list(hours_of(began, ended))
    assert sum(one.minutes for one in found) == pytest.approx(minutes, abs=1e-6)
    assert all(0 < one.minutes <= 60 and one.month.day == 1 for one in found)
    assert len(found) <= minutes // 60 + 2


def test_over_midnight_and_the_end_of_a_month() -> None:
    began = datetime(2026, 6, 30, 16, 50, tzinfo=UTC).astimezone(ZONE)
    first, second = hours_of(began, began + timedelta(minutes=30))
    assert (first.month, first.hour, first.minutes) == (date(2026, 6, 1), 23, 10)
    assert (second.month, second.hour, second.minutes) == (date(2026, 7, 1), 0, 20)


@given(st.floats(-11, 6), st.floats(95, 141))
def test_a_place_lies_in_its_field(lat: float, long: float) -> None:
    west, south, east, north = Field.of(lat, long).bbox
    assert west - 1e-6 <= long <= east + 1e-6 and south - 1e-6 <= lat <= north + 1e-6
    assert fields_of([(lat, long), (lat, long)]) == [Field.of(lat, long)]
