"""Incidents that are over, and which corridors are worst at which hour."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import errors, listing
from services.reports.catalogue import Catalogue
from services.reports.incidents import history_queries, history_repository, showing
from services.reports.incidents.history_contract import LONGEST_DAYS
from services.reports.incidents.hours import Field, fields_of, hours_of

_LONGEST = timedelta(days=LONGEST_DAYS)
_USUAL = timedelta(days=7)


def list_incident_history(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue
) -> dict[str, Any]:
    """A page of incidents that are over, as GeoJSON; those that became a part of another are not.

    Raises Malformed for a foreign cursor; Invalid for an unknown category, and for a span that is
    too long or ends before it begins.
    """
    wanted = {"limit": body["limit"]} | _span(work, body, city) | _category(body, city)
    wanted |= asdict(body["bbox"]) if "bbox" in body else {}
    rows = history_queries.over(work, wanted, Cursor.read(body.get("cursor")))
    page, after = page_of(rows, body["limit"])
    features = [showing.feature(row, city, work.call.language) for row in page]
    return {"type": "FeatureCollection", "features": features, "next": after}


def worst_corridors(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The corridors of a month, the worst first. Raises Invalid for an unknown category."""
    today = city.local_time(work.clock.now()).date()
    month: date = body.get("month") or today.replace(day=1)
    wanted = {name: body[name] for name in ("hour", "limit") if name in body}
    rows = history_queries.worst(work, month, wanted | _category(body, city))
    items = [_corridor(row, city) for row in rows]
    return {"month": f"{month:%Y-%m}", "items": items, "next": None}


def remember(work: UnitOfWork, incident: Row, places: list[Any], city: Catalogue) -> None:
    """An incident has ended: note where it was at which hours. places: (lat, long)."""
    began, ended = city.local_time(incident["began_at"]), city.local_time(incident["ended_at"])
    hours = list(hours_of(began, ended))
    if hours and places:
        history_repository.note(work, incident, hours, fields_of(places))


def _span(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    given = listing.moments(body, city)
    until = given.get("until") or work.clock.now()
    since = given.get("since") or until - _USUAL
    if since > until:
        raise errors.backwards()
    if until - since > _LONGEST:
        raise errors.span_too_long(LONGEST_DAYS)
    return {"since": since, "until": until}


def _category(body: dict[str, Any], city: Catalogue) -> dict[str, str]:
    return {"category": city.category(body["category"]).code} if "category" in body else {}


def _corridor(row: Row, city: Catalogue) -> dict[str, Any]:
    field = Field(row["y"], row["x"])
    lat, long = field.middle
    area = city.city.areas.at(lat, long)
    return {
        "hour": row["hour"],
        "direction": row["direction"] or None,
        "lat": lat,
        "long": long,
        "bbox": field.bbox,
        "area": area.code if area else None,
        "area_name": area.name if area else None,
        "incidents": row["incidents"],
        "minutes": row["minutes"],
    }
