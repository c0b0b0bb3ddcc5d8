"""An agency's work: what has to be done, the most urgent first, and how the agency stands."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Moment, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.principal import OVERSEERS
from services.chassis.unit_of_work import UnitOfWork
from services.reports import work_queries
from services.reports.abuse import holding
from services.reports.catalogue import Catalogue
from services.reports.commands import shown


def list_work(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page, with counts. Raises Malformed for a foreign cursor, NotFound for another agency."""
    agency = _agency(work, body)
    after = Moment.read(body.get("cursor"))
    found = work_queries.counts(work, body, agency)
    leads = any(body.get("state") in (None, row["state"]) for row in found)
    rows = work_queries.page(work, body, agency, after, leads=leads)
    items, following = page_of(rows, body["limit"], _place)
    work.audit("work.listed", agency or "city")
    return {
        "items": [shown(work, item, city) | _part(item) for item in items],
        "next": following,
        "counts": {row["state"]: row["open"] for row in found},
        "overdue": sum(row["overdue"] for row in found),
        **_parts(work, body, agency),
    }


def list_suspected(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page of what looks like abuse and waits. Raises as list_work does."""
    rows, after = holding.list_suspected(work, _agency(work, body), body)
    items = [
        {name: row.pop(f"held_{name}") for name in ("id", "version", "since", "reasons", "text")}
        | {"report": shown(work, row, city)}
        for row in rows
    ]
    return {"items": items, "next": after}


def overview(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """How an agency stands, for those who lead it. Raises NotFound for another agency."""
    agency = _agency(work, body)
    found = work_queries.counts(work, {}, agency)
    today = city.end_of_day(work.clock.now())
    return {
        "agency": agency,
        "counts": {row["state"]: row["open"] for row in found},
        "overdue": sum(row["overdue"] for row in found),
        "officers": work_queries.officers(work, agency),
        "due_today": work_queries.due_today(work, agency, today),
        "escalated": sum(row["escalated"] for row in found),
        **work_queries.answered(work, agency),
        **_parts(work, {}, agency),
    }


def list_responses(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The city pack's templates for an action and a category."""
    asked = body.get("action"), body.get("category")
    found = [one.shown(work.call.language) for one in city.responses if one.fits(*asked)]
    return {"items": found, "next": None}


def _place(row: Row) -> Moment:
    """By the date that counts for the agency: the report's, or that of its part."""
    return Moment(row["queued_at"], row["id"])


def _part(row: Row) -> dict[str, Any]:
    if row["part_state"] is None:
        return {}
    names = ("state", "due_at", "asked_for", "officer")
    return {"part": {name: row[f"part_{name}"] for name in names}}


def _parts(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> dict[str, Any]:
    found = work_queries.part_counts(work, asked, agency)
    return {
        "parts": {row["state"]: row["open"] for row in found},
        "parts_overdue": sum(row["overdue"] for row in found),
    }


def _agency(work: UnitOfWork, body: dict[str, Any]) -> str | None:
    """Whose work is asked for; None is the whole city's."""
    principal, asked = work.call.principal, body.get("agency")
    if principal.role in OVERSEERS:
        return asked
    if asked not in (None, principal.agency):
        raise NotFound()
    return principal.agency
