"""Working days, by example and by law."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.city import Holiday, WorkingCalendar
from services.chassis.text import Text

THURSDAY = date(2026, 12, 24)


def holiday(day: date) -> Holiday:
    return Holiday(day, Text("Day off", id="Libur"), "national", estimated=False, source="test")


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
calendars = st.builds(
    lambda free, weekend: WorkingCalendar(map(holiday, free), weekend),
    st.sets(days, max_size=40),
    st.sets(st.integers(1, 7), max_size=6),
)
terms = st.integers(0, 60)

CHRISTMAS = WorkingCalendar([holiday(date(2026, 12, 25))])


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        (THURSDAY, 0, THURSDAY),
        (THURSDAY, 1, date(2026, 12, 28)),
        (THURSDAY, 3, date(2026, 12, 30)),
        (date(2026, 12, 25), 0, date(2026, 12, 28)),
        (date(2026, 12, 26), 1, date(2026, 12, 28)),
    ],
)
def test_terms_skip_weekends_and_holidays(start: date, term: int, end: date) -> None:
    assert CHRISTMAS.add_working_days(start, term) == end


@given(calendars, days, terms)
def test_a_term_ends_on_a_working_day_and_holds_so_many(
    calendar: WorkingCalendar, start: date, term: int
) -> None:
    end = calendar.add_working_days(start, term)
    between = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    working = sum(map(calendar.is_working_day, between))
    assert calendar.is_working_day(end)
    assert working == (term or (0 if calendar.is_working_day(start) else 1))


@given(calendars, days, st.integers(1, 30), terms)
def test_terms_add_up(calendar: WorkingCalendar, start: date, first: int, second: int) -> None:
    step = calendar.add_working_days(calendar.add_working_days(start, first), second)
    assert step == calendar.add_working_days(start, first + second)


@given(calendars, days, days, terms)
def test_who_starts_later_ends_no_earlier(
    calendar: WorkingCalendar, one: date, other: date, term: int
) -> None:
    early, late = sorted((one, other))
    assert calendar.add_working_days(early, term) <= calendar.add_working_days(late, term)


@given(calendars)
def test_no_holiday_is_a_working_day(calendar: WorkingCalendar) -> None:
    assert not any(calendar.is_working_day(holiday.date) for holiday in calendar.holidays)


def test_a_negative_term_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CHRISTMAS.add_working_days(THURSDAY, -1)


def test_a_calendar_without_work_is_refused() -> None:
    with pytest.raises(ValueError, match="working weekday"):
        WorkingCalendar([], range(1, 8))


def test_the_years_with_known_holidays_are_told() -> None:
    assert CHRISTMAS.years == (2026,)
