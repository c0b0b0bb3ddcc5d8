"""Writing down what happened to a report: row, history, event and audit are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.chassis.capabilities import UploadedPhoto
from services.chassis.contract import EventType
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import part_changes, photos, repository
from services.reports.catalogue import Catalogue
from services.reports.commands import announcement
from services.reports.contract import ORIGINAL_CHANGED
from services.reports.incidents import commands as incidents
from services.reports.lifecycle import INTERNAL, SETTLED, State
from services.reports.service_levels import Terms

TermsOf = Callable[[str, str], Terms]
_SETTLING = frozenset({*SETTLED, State.DUPLICATE})


@dataclass(frozen=True)
class Step:
    """One thing that happens to a report.

    state: where it leads. by: who did it, as far as everybody may know. data: what the history
    keeps. changes: further columns of the report. told: further fields of the event.
    first_photo: the number of the first of its photos; None if the report shows all it has. part:
    what an agency's part in it becomes. actor: who is remembered; None for the caller. purpose: why
    its data were touched, for the audit.
    """

    name: str
    event: EventType
    state: State
    by: str
    data: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    photos: list[UploadedPhoto] = field(default_factory=list)
    first_photo: int | None = None
    part: Row | None = None
    actor: str | None = None
    purpose: str = "service"


def take(work: UnitOfWork, report: Row, step: Step, city: Catalogue) -> Row:
    """Take one step with a locked report; returns what it became."""
    changed = changed_by(step, report, city.terms, work.clock.now())
    if step.part is not None:
        changed |= part_changes.keep(work, changed, step.part)
    ended = part_changes.end(work, report, changed)
    repository.update(work, changed)
    first, version = _first_photo(step, report), changed["version"]
    repository.add_photos(work, changed["id"], step.photos, first=first, version=version)
    repository.remember(work, changed, step.name, remembered(step), step.actor)
    work.audit(f"report.{step.name}", changed["id"], purpose=step.purpose)
    told = _told(work, changed, step, city)
    beside = _told_beside(step) | ({"parts_ended": ended} if ended else {})
    work.emit(step.event, changed["id"], changed["version"], told | beside)
    if changed["duplicates"] and step.name not in INTERNAL:
        happened = told | {"happened": step.event.name}
        work.emit(ORIGINAL_CHANGED, changed["id"], changed["version"], happened)
    incidents.report_changed(work, report, changed, city)
    return changed


def changed_by(step: Step, report: Row, terms_of: TermsOf, now: datetime) -> Row:
    """What a report becomes by a step that is taken now; touches nothing outside."""
    changed = {**report, **step.changes, **_advanced(report, step.state, now)}
    terms = terms_of(changed["category"], changed["agency"])
    changed |= terms.after(step.name, report, step.state, now)
    if step.photos:
        new = photos.numbered(step.photos, _first_photo(step, report), changed)
        changed["photos"] = report["photos"] + new
    return changed


def _first_photo(step: Step, report: Row) -> int:
    return step.first_photo or len(report["photos"]) + 1


def remembered(step: Step) -> dict[str, Any]:
    """What the history keeps of a step."""
    part = {} if step.part is None else {"agency": step.part["agency"]}
    return step.data | part | {"by": step.by}


def _advanced(report: Row, state: State, now: datetime) -> dict[str, Any]:
    is_settled_now = state in _SETTLING and state != report["state"]
    return {
        "state": state.value,
        "version": report["version"] + 1,
        "updated_at": now,
        "settled_at": now if is_settled_now else report["settled_at"],
    }


def _told(work: UnitOfWork, changed: Row, step: Step, city: Catalogue) -> dict[str, Any]:
    return announcement(changed, city) | {
        "state": changed["state"],
        "by_staff": step.by == "staff",
        "actor": step.actor or work.call.principal.subject,
        "officer": changed["officer"],
    }


def _told_beside(step: Step) -> dict[str, Any]:
    part = {} if step.part is None else part_changes.told_of(step.part)
    return part | step.told
