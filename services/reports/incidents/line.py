"""Where an incident lies: the line through the places from which it was reported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

# of a jam of some kilometres; more would follow the noise of people's phones
MOST_PARTS = 12
_DECIMALS = 6

Place = tuple[float, float]


def through(places: Sequence[Place]) -> list[Place]:
    """The line (lat, long in degrees) along the main axis of places, from west to east.

    One place is a line of one point. The same places make the same line, in whatever order.
    """
    ordered = sorted(set(places))
    if len(ordered) == 1:
        return [_rounded(ordered[0])]
    lat, long = _middle(ordered)
    narrow = math.cos(math.radians(lat))
    flat = [((y - lat), (x - long) * narrow) for y, x in ordered]
    along = _axis(flat)
    measured = sorted((y * along[0] + x * along[1], place)
                      for (y, x), place in zip(flat, ordered, strict=True))  # fmt: skip
    return _parts(measured)


def oriented(line: Sequence[Place], bearing: float | None) -> list[Place]:
    """The line in the direction of traffic; bearing: in degrees from north, None if unknown."""
    (lat1, long1), (lat2, long2) = line[0], line[-1]
    if bearing is None:
        return list(line)
    towards = math.radians(bearing)
    narrow = math.cos(math.radians(lat1))
    ahead = (lat2 - lat1) * math.cos(towards) + (long2 - long1) * narrow * math.sin(towards)
    return list(reversed(line)) if ahead < 0 else list(line)


def geometry(line: Sequence[Sequence[float]]) -> dict[str, Any]:
    """The line in GeoJSON: longitude before latitude."""
    points = [[long, lat] for lat, long in line]
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "LineString", "coordinates": points}


def middle(line: Sequence[Sequence[float]]) -> Place:
    """The point of the line that stands for it."""
    lat, long = line[len(line) // 2]
    return lat, long


def _axis(flat: Sequence[Place]) -> Place:
    """The direction in which the places are spread most, to the east (or north)."""
    yy = sum(y * y for y, _ in flat)
    xx = sum(x * x for _, x in flat)
    xy = sum(x * y for y, x in flat)
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    return math.sin(angle), math.cos(angle)


def _parts(measured: Sequence[tuple[float, Place]]) -> list[Place]:
    """The middle of the places in each part of equal length."""
    first, last = measured[0][0], measured[-1][0]
    parts = min(MOST_PARTS, len(measured))
    length = (last - first) / parts or 1.0
    held: dict[int, list[Place]] = {}
    for position, place in measured:
        held.setdefault(min(int((position - first) / length), parts - 1), []).append(place)
    line = [_rounded(_middle(held[part])) for part in sorted(held)]
    ends = [_rounded(measured[0][1]), *line[1:-1], _rounded(measured[-1][1])]
    return ends if len(set(ends)) > 1 else ends[:1]


def _middle(places: Sequence[Place]) -> Place:
    return (
        sum(lat for lat, _ in places) / len(places),
        sum(long for _, long in places) / len(places),
    )


def _rounded(place: Place) -> Place:
    return round(place[0], _DECIMALS), round(place[1], _DECIMALS)
