"""What a step of a report does to the parts that agencies have in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import casework_errors, part_queries, part_repository
from services.reports.catalogue import Catalogue
from services.reports.lifecycle import OPEN
from services.reports.parts import (
    OPEN_PARTS,
    OPEN_PARTS_REASON,
    PART_RULES,
    PartState,
    next_part_state,
    takes_part,
    term_after,
)
from services.reports.service_levels import OVER

# what the lead does with another agency's part; an agency speaks of its own
_BY_LEAD = frozenset({"invite", "withdraw"})
_OVER = {name: value for name, value in OVER.items() if name != "days_left"}


@dataclass(frozen=True)
class Asked:
    """Somebody wants to do `name` to an agency's part in a report, which is locked."""

    work: UnitOfWork
    name: str
    report: Row
    body: dict[str, Any]
    city: Catalogue

    @property
    def agency(self) -> str:
        """Whose part it is."""
        mine = self.work.call.principal.agency
        return self.body["agency"] if self.name in _BY_LEAD else str(mine)


def after(asked: Asked) -> Row:
    """What the part becomes. Raises Invalid, NotFound, and Conflict naming what is possible."""
    report, agency = asked.report, asked.agency
    asked.city.check_agency(agency)
    if agency == report["agency"]:
        raise casework_errors.leads_already()
    part = part_queries.one(asked.work, report["id"], agency)
    before = PartState(part["state"]) if part else None
    state = next_part_state(asked.name, before)
    if state is None:
        raise casework_errors.illegal_part(before, _legal(before))
    now = asked.work.clock.now()
    begun = part if part and state is not PartState.ASKED else _asked_anew(report, agency, now)
    terms = asked.city.terms(report["category"], agency)
    since = None if state is PartState.ASKED else before
    changes = term_after(terms, since, state, now) | _said(asked)
    ended = {"ended_at": None if state in OPEN_PARTS else now}
    return begun | changes | ended | {"state": state.value, "updated_at": now}


def told_of(part: Row) -> dict[str, Any]:
    """What events tell of a part."""
    return {"part_agency": part["agency"], "part_state": part["state"]}


def keep(work: UnitOfWork, report: Row, part: Row) -> Row:
    """Write a part down; which agencies take part in the report now."""
    part_repository.put(work, part)
    others = set(report["helpers"]) - {part["agency"]}
    takes = {part["agency"]} if takes_part(PartState(part["state"])) else set()
    return {"helpers": sorted(others | takes)}


def end(work: UnitOfWork, report: Row, changed: Row) -> list[str]:
    """End the open parts for which there is no more to do: all, when the report is open no longer;
    the one of the agency that now leads it.

    `changed` is what the report becomes; its helpers are mended. Returns whose part ended.
    """
    moved, closed = changed["agency"] != report["agency"], changed["state"] not in OPEN
    if not report["helpers"] or not (moved or closed):
        return []
    parts = [one for one in part_queries.open_of(work, report["id"])
             if closed or one["agency"] == changed["agency"]]  # fmt: skip
    for part in parts:
        part_repository.put(work, withdrawn(part, changed["updated_at"]))
    gone = {part["agency"] for part in parts} | {changed["agency"]}
    changed["helpers"] = [agency for agency in changed["helpers"] if agency not in gone]
    return [part["agency"] for part in parts]


def withdrawn(part: Row, now: datetime) -> Row:
    """A part with which there is no more to do."""
    over = {"state": PartState.WITHDRAWN.value, "ended_at": now, "updated_at": now}
    return part | _OVER | over


def check_done(work: UnitOfWork, report: Row, body: dict[str, Any]) -> None:
    """Raise Conflict if other agencies are not done and nobody says why that is all right."""
    if not report["helpers"] or OPEN_PARTS_REASON in body:
        return
    parts = part_queries.open_of(work, report["id"])
    if parts:
        raise casework_errors.parts_open([part["agency"] for part in parts])


def _asked_anew(report: Row, agency: str, now: datetime) -> Row:
    return _OVER | {
        "report_id": report["id"],
        "agency": agency,
        "category": report["category"],
        "area": report["area"],
        "officer": None,
        "answer": None,
        "asked_at": now,
        "missed": 0,
    }


def _said(asked: Asked) -> Row:
    """The words that came with it, and who works on it."""
    body = asked.body
    if asked.name == "invite":
        return {"asked_for": body["reason"]}
    if asked.name == "begin":
        return {"officer": asked.work.call.principal.subject}
    words = body.get("note", body.get("reason"))
    return {} if words is None else {"answer": words}


def _legal(state: PartState | None) -> Collection[str]:
    return [name for name, leads in PART_RULES.items()
            if state in leads and not name.startswith("part_")]  # fmt: skip
