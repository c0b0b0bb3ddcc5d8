"""Doing something to a report: one way for every action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.chassis.capabilities import Capabilities
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import errors, lifecycle, photos, queries, repository
from services.reports.catalogue import Catalogue
from services.reports.commands import announcement, shown, view
from services.reports.contract import ACTIONS
from services.reports.lifecycle import Party, State

_SETTLING = frozenset({State.RESOLVED, State.REJECTED, State.CLOSED})
# what was said with an action, under whichever name it was asked
_SAID = ("reason", "note", "text")

Changes = dict[str, Any]
Effect = Callable[[Row, dict[str, Any], Catalogue], Changes]


def act(
    work: UnitOfWork,
    name: str,
    body: dict[str, Any],
    city: Catalogue,
    capabilities: Capabilities,
) -> dict[str, Any]:
    """Do `name` to a report: change it, remember it, tell of it, in one transaction.

    Raises NotFound if the report is not there, not to be seen, or not the caller's to do this to;
    StaleVersion; Conflict naming what would be possible; Invalid.
    """
    report = queries.locked(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    parties = lifecycle.parties_of(
        work.call.principal, agency=report["agency"], reporter=report["reporter"]
    )
    if not lifecycle.RULES[name].by & parties:
        raise NotFound()
    work.call.check_version(report["version"])
    state = _allowed(name, report, body, parties, work.clock.now())
    taken = photos.taken(work, body.get("photos", []), capabilities)
    effect = _EFFECTS.get(name, _nothing)
    changed = report | effect(report, body, city) | _advanced(report, state, work.clock.now())
    changed["photos"] = report["photos"] + photos.numbered(taken, report["photos"], changed)
    _write(work, name, report, changed, body | {"by": _by(parties)}, taken)
    _tell(work, name, changed, city, is_staff=Party.STAFF in parties)
    return shown(work, changed, city)


def timeline(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """What happened to a report. Raises NotFound as reading it does."""
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    history = queries.history(work, body["id"])
    with_names = view(work, report).identity
    if with_names:
        work.audit("report.timeline_read", report["id"])
    states = lifecycle.states((line["action"], line["data"]) for line in history)
    items = [
        _line(line, state, with_names=with_names)
        for line, state in zip(history, states, strict=True)
    ]
    return {"items": items}


def _allowed(
    name: str, report: Row, body: dict[str, Any], parties: frozenset[Party], now: datetime
) -> State:
    state = State(report["state"])
    found = lifecycle.next_state(name, state, body)
    if found is None:
        raise errors.illegal_action(state, lifecycle.legal_actions(state, parties))
    if name == "rate" and report["rating"] is not None:
        raise errors.already_rated()
    reopens = found is State.REOPENED and state is not State.REOPENED
    is_late = reopens and now - report["settled_at"] > lifecycle.REOPEN_WITHIN
    if is_late and Party.SUPERVISOR not in parties:
        raise errors.too_late(lifecycle.REOPEN_WITHIN.days)
    return found


def _advanced(report: Row, state: State, now: datetime) -> Changes:
    is_settled_now = state in _SETTLING and state != report["state"]
    return {
        "state": state.value,
        "version": report["version"] + 1,
        "updated_at": now,
        "settled_at": now if is_settled_now else report["settled_at"],
    }


def _write(
    work: UnitOfWork,
    name: str,
    report: Row,
    changed: Row,
    body: dict[str, Any],
    taken: list[photos.UploadedPhoto],
) -> None:
    repository.update(work, changed)
    first = len(report["photos"]) + 1
    repository.add_photos(work, changed["id"], taken, first=first, version=changed["version"])
    data = {key: value for key, value in body.items() if key not in ("id", "photos")}
    repository.remember(work, changed, name, data)
    work.audit(f"report.{name}", changed["id"])


def _by(parties: frozenset[Party]) -> str:
    """Who did it, as far as everybody may know."""
    if Party.REPORTER in parties:
        return "reporter"
    return "staff" if parties & {Party.STAFF, Party.MODERATOR} else "citizen"


def _tell(work: UnitOfWork, name: str, changed: Row, city: Catalogue, *, is_staff: bool) -> None:
    told = announcement(changed, city) | {
        "state": changed["state"],
        "by_staff": is_staff,
        "actor": work.call.principal.subject,
    }
    work.emit(ACTIONS[name].event, changed["id"], changed["version"], told)


def _line(line: Row, state: State, *, with_names: bool) -> dict[str, Any]:
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
    names = {"actor": line["actor"]} | ({"officer": data["officer"]} if "officer" in data else {})
    return found | (names if with_names else {})


def _nothing(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    return {}


def _assigned(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    city.check_agency(body["agency"])
    return {"agency": body["agency"], "officer": body.get("officer")}


def _forwarded(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    if body["agency"] == report["agency"]:
        raise errors.same_agency()
    return _assigned(report, body, city)


def _reopened(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    return {"rating": None}


def _rated(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    return {"rating": body["score"]}


def _hidden(report: Row, body: dict[str, Any], city: Catalogue) -> Changes:
    return {"visibility": "secret"}


_EFFECTS: dict[str, Effect] = {
    "assign": _assigned,
    "forward": _forwarded,
    "reopen": _reopened,
    "rate": _rated,
    "hide": _hidden,
}
