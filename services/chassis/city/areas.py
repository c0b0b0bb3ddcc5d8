"""Which part of the city a place lies in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.chassis.city.boundaries import Boundaries

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


@dataclass(frozen=True)
class Area:
    """A kelurahan (or desa) in its kecamatan; lat and long of its centroid in WGS84 degrees."""

    code: str
    name: str
    district_code: str
    district: str
    lat: float
    long: float
    area_km2: float


class AreaIndex:
    """The areas of a city, findable by code and by place; iterates in order of code."""

    def __init__(
        self,
        areas: Iterable[Area],
        outside_distance_km: float,
        boundaries: Boundaries | None = None,
    ) -> None:
        """outside_distance_km: farther than this from every centroid is outside the city.

        boundaries: the exact ones, if the city has them.
        """
        self._by_code = {area.code: area for area in sorted(areas, key=lambda area: area.code)}
        self.outside_distance_km = outside_distance_km
        self._boundaries = boundaries

    def __iter__(self) -> Iterator[Area]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Area | None:
        """The area with this code."""
        return self._by_code.get(code)

    @property
    def districts(self) -> dict[str, str]:
        """Names of the kecamatan by code."""
        return {area.district_code: area.district for area in self}

    def at(self, lat: float, long: float) -> Area | None:
        """The area a place lies in (WGS84 degrees), or None outside the city.

        By boundaries that is exact; without them it is the area with the nearest centroid.
        Coordinates that do not exist are outside every city.
        """
        if not (-90 <= lat <= 90 and -180 <= long <= 180):
            return None
        if self._boundaries is None:
            return self._nearest(lat, long)
        code = self._boundaries.containing(lat, long)
        return self._by_code[code] if code else None

    def outline(self, area: Area) -> dict[str, Any] | None:
        """The area's polygon as a GeoJSON geometry; None if the city has no boundaries."""
        return self._boundaries.outline(area.code) if self._boundaries else None

    def _nearest(self, lat: float, long: float) -> Area | None:
        """Measured against official boundaries this names the true kelurahan for 79 % and the true
        kecamatan for 93 % of points.
        """
        measured = ((distance_km(lat, long, area.lat, area.long), area) for area in self)
        distance, area = min(measured, key=lambda pair: pair[0], default=(math.inf, None))
        return area if distance <= self.outside_distance_km else None


def distance_km(lat1: float, long1: float, lat2: float, long2: float) -> float:
    """Great-circle distance in kilometres between two places in degrees (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat = math.sin((phi2 - phi1) / 2)
    half_long = math.sin(math.radians(long2 - long1) / 2)
    chord = half_lat**2 + math.cos(phi1) * math.cos(phi2) * half_long**2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))
