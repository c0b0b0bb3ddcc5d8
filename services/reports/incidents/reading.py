"""Which incidents there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.incidents import line, queries, showing


def list_incidents(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """A page of those that live now, as GeoJSON.

    Raises Malformed for a foreign cursor, Invalid for an unknown category.
    """
    wanted = {"limit": body["limit"]}
    if "category" in body:
        wanted["category"] = city.category(body["category"]).code
    wanted |= asdict(body["bbox"]) if "bbox" in body else {}
    cursor = Cursor.read(body.get("cursor"))
    rows = queries.live(work, wanted, work.clock.now(), cursor)
    page, after = page_of(rows, body["limit"])
    features = [showing.feature(row, city, work.call.language) for row in page]
    return {"type": "FeatureCollection", "features": features, "next": after}


def get_incident(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One incident, also if it is over; a part of another one lies where that one does.

    Raises NotFound, also if nobody may see any of its reports (any more).
    """
    incident = queries.by_id(work, body["id"])
    if incident is not None and incident["merged_into"]:
        incident = showing.as_part_of(incident, queries.by_id(work, incident["merged_into"]))
    if incident is None or incident["reports"] == 0:
        raise NotFound()
    return shown(work, incident, city)


def shown(work: UnitOfWork, incident: Row, city: Catalogue) -> dict[str, Any]:
    """One incident with where it lies and its public reports."""
    return showing.facts(incident, city, work.call.language) | {
        "geometry": line.geometry(incident["line"]),
        "newest_reports": queries.newest_reports(work, incident["id"]),
    }
