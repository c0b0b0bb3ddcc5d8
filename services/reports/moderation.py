"""Taking something of a report from the public's eyes, and giving it back.

What everybody reads stands where it always stood, so no reader has to know of moderation: the words
in the report, the photos in its list. What was there before is kept beside (`report_moderation`,
`report_photo_withheld`). Only the timeline, which nobody can change, is read with its moderated
words laid over. Undoing goes back step by step, to exactly what was there.
"""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import casework_errors, moderation_repository, queries
from services.reports.abuse import holding
from services.reports.commands import view
from services.reports.moderation_contract import HIDDEN, WHOLE
from services.reports.timeline import said_in

_WORDS = ("description", "address")

Changes = dict[str, Any]


def moderate(work: UnitOfWork, report: Row, body: dict[str, Any]) -> Changes:
    """Show something else, or nothing, in place of `what`. Raises Invalid if there is none."""
    what, text = body["what"], body.get("text")
    kind, _, name = what.partition(".")
    if text is not None and kind in ("attributes", "photos"):
        raise casework_errors.only_hidden()
    original = _found(work, report, kind, name)
    if original is None:
        raise casework_errors.nothing_there()
    shown = None if kind in ("attributes", "photos") else text or HIDDEN
    moderation_repository.add(work, report, what, original, shown, body["reason"])
    holding.decided(work, report["id"], what)
    return _changed(work, report, kind, name, shown)


def hide(work: UnitOfWork, report: Row, body: dict[str, Any]) -> Changes:
    """Take the whole report from the public's eyes."""
    original = report["visibility"]
    moderation_repository.add(work, report, WHOLE, original, "secret", body["reason"])
    holding.decided(work, report["id"], WHOLE)
    return {"visibility": "secret", "suspected": None}


def restore(work: UnitOfWork, report: Row, body: dict[str, Any]) -> Changes:
    """Undo the last moderation of `what`. Raises Conflict if there is none, or what was there is
    removed for good."""
    last = moderation_repository.last(work, report["id"], body["what"])
    if last is None:
        raise casework_errors.not_moderated()
    if last["original"] is None:
        raise casework_errors.original_removed()
    moderation_repository.undo(work, report, last["version"])
    holding.decided(work, report["id"], body["what"])
    if body["what"] == WHOLE:
        return {"visibility": last["original"], "suspected": None}
    kind, _, name = body["what"].partition(".")
    return _changed(work, report, kind, name, last["original"])


def list_moderation(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """All there was, with what stood there before. Raises NotFound for who may not read that."""
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).identity:
        raise NotFound()
    work.audit("report.moderation_read", report["id"])
    items = moderation_repository.all_of(work, report["id"])
    return {"items": [item | {"original": _shown(item)} for item in items], "next": None}


def _shown(item: Row) -> str | None:
    original = item["original"]
    if isinstance(original, list):
        return ", ".join(str(one) for one in original)
    return None if original is None else str(original)


def _found(work: UnitOfWork, report: Row, kind: str, name: str) -> Any:
    """What stands there now; None if nothing does."""
    if kind in _WORDS:
        return report[kind] or None
    if kind == "attributes":
        return report["attributes"].get(name)
    if kind == "photos":
        return next((int(name) for photo in report["photos"] if photo["n"] == int(name)), None)
    line = queries.line(work, report["id"], int(name))
    return None if line is None else said_in(line)


def _changed(work: UnitOfWork, report: Row, kind: str, name: str, value: Any) -> Changes:
    """Let everybody read `value` from now on, nothing for None; what that changes of the report.

    A line of the timeline is read with its moderation, so there is nothing to write.
    """
    if kind == "photos":
        photos = moderation_repository.move_photo(work, report, int(name), withheld=value is None)
        return {"photos": photos}
    if kind == "attributes":
        left = {code: answer for code, answer in report["attributes"].items() if code != name}
        changes = {"attributes": left | ({} if value is None else {name: value})}
    elif kind in _WORDS:
        changes = {kind: value}
    else:
        return {}
    moderation_repository.set_words(work, report | changes)
    return changes
