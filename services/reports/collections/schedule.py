"""When a round comes next, by weekday and the city's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from services.chassis.city import City
from services.reports.collections.pack import Round

# a week without any has a free day on each of a round's days
_LOOK_AHEAD = 60
_DAY = timedelta(days=1)


def next_days(one: Round, city: City, now: datetime, count: int) -> list[date]:
    """The next days on which a round comes; today, if it is not over."""
    local = now.astimezone(city.timezone)
    start = local.date() if local.time() < one.end else local.date() + _DAY
    return list(islice(_days(one, city, start, _DAY), count))


def last_day(one: Round, city: City, now: datetime) -> date | None:
    """The last day on which it should have come, and be over."""
    local = now.astimezone(city.timezone)
    start = local.date() - _DAY if local.time() < one.end else local.date()
    return next(_days(one, city, start, -_DAY), None)


def comes_on(one: Round, city: City, day: date) -> bool:
    """Whether a round comes on that day."""
    is_holiday = any(holiday.date == day for holiday in city.calendar.holidays)
    return day.weekday() in one.days and (one.on_holidays or not is_holiday)


def between(one: Round, city: City, day: date) -> tuple[datetime, datetime]:
    """When it begins and ends on a day."""
    return (datetime.combine(day, one.start, city.timezone).astimezone(UTC),
            datetime.combine(day, one.end, city.timezone).astimezone(UTC))  # fmt: skip


def _days(one: Round, city: City, start: date, step: timedelta) -> Iterator[date]:
    days = (start + n * step for n in range(_LOOK_AHEAD))
    return (day for day in days if comes_on(one, city, day))
