"""Reads of reports by where they are."""

from __future__ import annotations

import math
from typing import Any

from services.chassis.city.areas import EARTH_RADIUS_KM
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.nearby_contract import MOST_NEAR
from services.reports.queries import IS_OPEN, PHOTOS, SUPPORTS

_METRES_OF_A_DEGREE = math.radians(EARTH_RADIUS_KM * 1_000)
# a little more than the radius, so that rounding leaves nothing out
_MARGIN = 1.001
# at the poles every longitude is near
_LEAST_COSINE = 1e-6

# as in the index report_nearby, which holds all that the inner query asks for: of a crowd of
# reports only those that are shown are read from the table
_CANDIDATE = f"{IS_OPEN} AND visibility <> 'secret' AND NOT approximate"
# great-circle distance (haversine), as `services.chassis.city.areas.distance_km`
_DISTANCE = f"""{2_000 * EARTH_RADIUS_KM} * asin(sqrt(least(1.0,
  power(sin(radians(lat - %(lat)s) / 2), 2)
  + cos(radians(lat)) * cos(radians(%(lat)s)) * power(sin(radians(long - %(long)s) / 2), 2))))"""
_NEAR = f"""
SELECT report.id::text, number, state, category, description, address, lat, long, {SUPPORTS},
  {PHOTOS}, created_at, near.distance_m
FROM (
  SELECT id AS near_id, {_DISTANCE} AS distance_m FROM report
  WHERE {_CANDIDATE} AND category = %(category)s
    AND point(long, lat) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))
    AND {_DISTANCE} <= %(radius)s
  ORDER BY distance_m, id LIMIT {MOST_NEAR}) near
JOIN report ON report.id = near.near_id
ORDER BY near.distance_m, report.id"""


def near(work: UnitOfWork, place: dict[str, Any], radius: float) -> list[Row]:
    """Open public reports of place's category within `radius` metres of it, the nearest first.

    place: lat, long, category. Each row also has distance_m. A radius does not reach across the
    180th meridian.
    """
    return work.all(
        _NEAR, place | box_around(place["lat"], place["long"], radius) | {"radius": radius}
    )


def box_around(lat: float, long: float, radius: float) -> dict[str, float]:
    """What surely holds a circle, in degrees: west, east, south, north."""
    high = radius * _MARGIN / _METRES_OF_A_DEGREE
    # the circle is widest where it comes nearest to a pole
    cosine = math.cos(math.radians(min(90.0, abs(lat) + high)))
    wide = min(360.0, high / max(cosine, _LEAST_COSINE))
    return {"west": long - wide, "east": long + wide, "south": lat - high, "north": lat + high}
