"""Open public reports near a place, so that the same thing is not reported twice."""

from __future__ import annotations

from typing import Any

from services.chassis.unit_of_work import UnitOfWork
from services.reports import nearby_queries
from services.reports.catalogue import Catalogue


def find_nearby(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Those of the category within its duplicate radius, the nearest first.

    One whose place is only the middle of its kelurahan is near to nothing. Raises Invalid for an
    unknown category.
    """
    radius = city.category(body["category"]).duplicate_radius_m
    rows = nearby_queries.near(work, body, radius) if radius else []
    return {"items": rows, "next": None, "radius_m": radius}
