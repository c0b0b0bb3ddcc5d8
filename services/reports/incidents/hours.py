"""In which hours of the day an incident was where: what corridors are reckoned from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.reports.incidents.history_contract import CORRIDOR_DEGREES

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Hour:
    """An hour of the city's clocks in which an incident was there, and for how long of it."""

    month: date
    hour: int
    minutes: float


@dataclass(frozen=True, order=True)
class Field:
    """A field of the map, by row and column."""

    y: int
    x: int

    @classmethod
    def of(cls, lat: float, long: float) -> Field:
        """The one in which a place lies."""
        return cls(math.floor(lat / CORRIDOR_DEGREES), math.floor(long / CORRIDOR_DEGREES))

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle (lat, long)."""
        lat, long = (self.y + 0.5) * CORRIDOR_DEGREES, (self.x + 0.5) * CORRIDOR_DEGREES
        return round(lat, 6), round(long, 6)

    @property
    def bbox(self) -> list[float]:
        """west, south, east, north."""
        corners = (self.x, self.y, self.x + 1, self.y + 1)
        return [round(corner * CORRIDOR_DEGREES, 6) for corner in corners]


def fields_of(places: Iterable[tuple[float, float]]) -> list[Field]:
    """The fields in which an incident lies, each once, in order."""
    return sorted({Field.of(lat, long) for lat, long in places})


def hours_of(began: datetime, ended: datetime) -> Iterator[Hour]:
    """The hours from beginning to end, both on the city's clocks."""
    at = began
    while at < ended:
        next_hour = at.replace(minute=0, second=0, microsecond=0) + _HOUR
        until = min(next_hour, ended)
        yield Hour(at.date().replace(day=1), at.hour, (until - at) / _MINUTE)
        at = until
