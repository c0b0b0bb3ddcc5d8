"""Who takes part in a report, as its reader may know it."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import part_queries, queries
from services.reports.catalogue import Catalogue
from services.reports.commands import view
from services.reports.domain import works_for

# what was said stands in the timeline, where it can be moderated
_OF_STAFF = ("officer", "escalation", "asked_for", "answer")


def list_parts(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Every part in a report, as they were asked for. Raises NotFound as get_report does."""
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    is_staff = view(work, report).identity
    parts = [_shown(work, part, city, is_staff=is_staff)
             for part in part_queries.all_of(work, report["id"])]  # fmt: skip
    return {"items": parts, "next": None}


def _shown(work: UnitOfWork, part: Row, city: Catalogue, *, is_staff: bool) -> Row:
    names = city.names(None, part["agency"], work.call.language)
    found = part | {"agency_name": names["agency_name"]}
    if not is_staff and not works_for(work.call.principal, part["agency"]):
        for name in _OF_STAFF:
            del found[name]
    return found
