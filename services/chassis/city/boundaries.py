"""Exact boundaries: in whose polygon a place lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry as Polygon

__all__ = ["Boundaries", "Polygon", "polygon_of", "why_broken"]


# about ten metres; a map shows no more, and what is sent becomes a fraction
_OUTLINE_DEGREES = 0.0001


class Boundaries:
    """The polygons of a city's areas, by code; WGS84, longitude before latitude (RFC 7946)."""

    def __init__(self, polygons: Mapping[str, Polygon]) -> None:
        self._codes = sorted(polygons)
        self._polygons = [polygons[code] for code in self._codes]
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def containing(self, lat: float, long: float) -> str | None:
        """The code of the area a place lies in (degrees), or None outside all of them.

        A place on the line between two areas belongs to the one with the lower code.
        """
        place = shapely.Point(long, lat)
        near = sorted(self._tree.query(place))
        within = (self._codes[n] for n in near if self._polygons[n].intersects(place))
        return next(within, None)

    def outline(self, code: str) -> dict[str, Any]:
        """An area's polygon for a map: a GeoJSON geometry, right to about ten metres."""
        polygon = self._polygons[self._codes.index(code)]
        found: dict[str, Any] = mapping(polygon.simplify(_OUTLINE_DEGREES))
        return found


def polygon_of(geometry: dict[str, Any]) -> Polygon:
    """The polygon of a GeoJSON geometry. Raises ValueError saying what is wrong with it."""
    try:
        polygon = shape(geometry)
    except (TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as problem:
        raise ValueError(str(problem) or type(problem).__name__) from problem
    if polygon.is_empty:
        raise ValueError("there are none")
    return polygon


def why_broken(polygon: Polygon) -> str:
    """What makes a polygon invalid, such as `Self-intersection[106.7 -6.3]`."""
    return str(shapely.is_valid_reason(polygon))
