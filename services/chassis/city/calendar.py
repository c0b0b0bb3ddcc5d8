"""Working days: every service level is counted in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.chassis.text import Text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """A day off. `estimated`: the date was not yet fixed by decree when the pack was written."""

    date: date
    name: Text
    kind: str
    estimated: bool
    source: str


class WorkingCalendar:
    """Weekends and holidays of the city. All dates are dates of the city's zone."""

    def __init__(self, holidays: Iterable[Holiday], weekend: Iterable[int] = (6, 7)) -> None:
        """weekend: ISO weekdays that are free (Monday is 1); at least one day must be left."""
        self.holidays = tuple(sorted(holidays, key=lambda holiday: holiday.date))
        self.weekend = frozenset(weekend)
        if self.weekend >= frozenset(range(1, 8)):
            raise ValueError("a calendar needs at least one working weekday")
        self._free = frozenset(holiday.date for holiday in self.holidays)

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose holidays are known; in others only weekends are free."""
        return tuple(sorted({day.year for day in self._free}))

    def is_working_day(self, day: date) -> bool:
        """Neither weekend nor holiday."""
        return day.isoweekday() not in self.weekend and day not in self._free

    def add_working_days(self, start: date, days: int) -> date:
        """The day on which a term of `days` (≥ 0) working days after `start` ends.

        `start` itself is not counted. A term of 0 ends on `start`, or on the next working day.
        """
        if days < 0:
            raise ValueError("a term cannot be negative")
        day = start if days else start - ONE_DAY
        left = days or 1
        while left:
            day += ONE_DAY
            left -= self.is_working_day(day)
        return day

    def working_day_before(self, day: date) -> date:
        """The last working day before `day`."""
        day -= ONE_DAY
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def working_days_until(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; 0 if it is not later."""
        days = range(1, (end - start).days + 1)
        return sum(self.is_working_day(start + offset * ONE_DAY) for offset in days)
