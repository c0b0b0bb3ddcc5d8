"""What happened to a report, as its reader may know it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from services.chassis.cursors import Serial, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import lifecycle, queries
from services.reports.commands import view
from services.reports.lifecycle import State

# what was said with an action, under whichever name it was asked
_SAID = ("reason", "note", "text")
_NAMED = ("authority", "what")


def timeline(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """One page of what happened; what is internal for staff only.

    Raises NotFound; Malformed for a foreign cursor.
    """
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    is_staff = view(work, report).identity
    if is_staff:
        work.audit("report.timeline_read", report["id"])
    rows = queries.history(
        work,
        body["id"],
        after=Serial.read(body.get("cursor")) or 0,
        hidden=() if is_staff else lifecycle.INTERNAL,
        rows=body["limit"] + 1,
    )
    page, after = page_of(rows, body["limit"], Serial.of)
    states = _states(work, body["id"], page)
    items = [
        _line(line, state, is_staff=is_staff) for line, state in zip(page, states, strict=True)
    ]
    return {"items": items, "next": after}


def _states(work: UnitOfWork, report_id: str, page: list[Row]) -> list[State]:
    """The state after each line of a page."""
    if not page:
        return []
    moves = queries.moves(work, report_id, page[-1]["version"])
    versions = [line["version"] for line in moves]
    states = list(lifecycle.states((line["action"], line["data"]) for line in moves))
    return [states[bisect_right(versions, line["version"]) - 1] for line in page]


def _line(line: Row, state: State, *, is_staff: bool) -> dict[str, Any]:
    data = line["data"]
    found = {
        "version": line["version"],
        "action": line["action"],
        "state": state.value,
        "at": line["at"],
        "by": data.get("by", "reporter"),
        "text": said_in(line),
        "agency": data.get("agency"),
    }
    found |= {name: data[name] for name in _NAMED if name in data}
    return found | _for_staff(line) if is_staff else found


def said_in(line: Row) -> str | None:
    """What was said with a line of the history, as it is to be read now."""
    data = line["data"]
    words: str | None = next((data[name] for name in _SAID if name in data), None)
    return words if line["shown_as"] is None else line["shown_as"]


def _for_staff(line: Row) -> dict[str, Any]:
    data = line["data"]
    found = {"actor": line["actor"]}
    found |= {"officer": data["officer"]} if "officer" in data else {}
    other = data.get("duplicate_of") or data.get("duplicate")
    found |= {"other_report": other} if other else {}
    if "on_behalf_of" in data:
        found["on_behalf_of"] = data["on_behalf_of"]["channel"]
    return found
