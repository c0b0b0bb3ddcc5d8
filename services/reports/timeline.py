"""What happened to a report, as its reader may know it."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import lifecycle, queries
from services.reports.commands import view
from services.reports.lifecycle import State

# what was said with an action, under whichever name it was asked
_SAID = ("reason", "note", "text")


def timeline(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Everything that happened; what is internal for staff only. Raises NotFound."""
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    history = queries.history(work, body["id"])
    is_staff = view(work, report).identity
    if is_staff:
        work.audit("report.timeline_read", report["id"])
    states = lifecycle.states((line["action"], line["data"]) for line in history)
    items = [
        _line(line, state, is_staff=is_staff)
        for line, state in zip(history, states, strict=True)
        if is_staff or line["action"] not in lifecycle.INTERNAL
    ]
    return {"items": items}


def _line(line: Row, state: State, *, is_staff: bool) -> dict[str, Any]:
    data = line["data"]
    found = {
        "version": line["version"],
        "action": line["action"],
        "state": state.value,
        "at": line["at"],
        "by": data.get("by", "reporter"),
        "text": next((data[name] for name in _SAID if name in data), None),
        "agency": data.get("agency"),
    }
    return found | _for_staff(line) if is_staff else found


def _for_staff(line: Row) -> dict[str, Any]:
    data = line["data"]
    found = {"actor": line["actor"]}
    found |= {"officer": data["officer"]} if "officer" in data else {}
    if "on_behalf_of" in data:
        found["on_behalf_of"] = data["on_behalf_of"]["channel"]
    return found
