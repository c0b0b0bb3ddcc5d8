"""To which site a report belongs: the one that began nearest to it, within the rules' radius.

A site keeps the place where it began. So piles that are smaller than the radius, and farther from
each other than it, are told apart in whatever order their reports come; where piles run into each
other no order is right, and officers merge sites or move reports. To go by chains of near reports
would need no such place, but over the years would make one site of a whole city.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.city import distance_km

# a little less than there are, so that rounding leaves nothing out
_METRES_OF_A_DEGREE = 111_000.0


@dataclass(frozen=True)
class Anchor:
    """Where a site began. site: which reports near to it belong to."""

    id: str
    site: str
    lat: float
    long: float


def nearest(lat: float, long: float, anchors: Iterable[Anchor], radius_m: float) -> Anchor | None:
    """The nearest of them within the radius, the older of two; None if there is none."""
    measured = [(distance_km(lat, long, one.lat, one.long) * 1_000, one.id, one) for one in anchors]
    near = [found for found in measured if found[0] <= radius_m]
    return min(near, key=lambda found: found[:2])[2] if near else None


class Begun:
    """Sites that begin now, by strips of latitude as wide as the radius: many may begin at once."""

    def __init__(self, radius_m: float) -> None:
        self._width = radius_m / _METRES_OF_A_DEGREE
        self._strips: defaultdict[int, list[Anchor]] = defaultdict(list)

    def add(self, anchor: Anchor) -> None:
        """One more."""
        self._strips[self._strip(anchor.lat)].append(anchor)

    def around(self, lat: float) -> Iterable[Anchor]:
        """All that may be within the radius."""
        strip = self._strip(lat)
        for one in (strip - 1, strip, strip + 1):
            yield from self._strips.get(one, ())

    def _strip(self, lat: float) -> int:
        return math.floor(lat / self._width)
