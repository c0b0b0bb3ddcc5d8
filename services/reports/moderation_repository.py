"""Reads and writes of what was moderated."""

from __future__ import annotations

from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.moderation_contract import MOST_MODERATIONS
from services.reports.queries import PHOTO_FIELDS

_ADD = """
INSERT INTO report_moderation (report_id, version, what, original, shown, reason, actor, at)
VALUES (%(id)s, %(version)s, %(what)s, %(original)s, %(shown)s, %(reason)s, %(actor)s, %(at)s)"""
_LAST = """
SELECT version, original FROM report_moderation
WHERE report_id = %(id)s AND what = %(what)s AND undone_in IS NULL
ORDER BY version DESC LIMIT 1"""
_ALL = f"""
SELECT version, what, original, shown, reason, actor, at, undone_in FROM report_moderation
WHERE report_id = %(id)s ORDER BY version LIMIT {MOST_MODERATIONS}"""
_UNDO = """
UPDATE report_moderation SET undone_in = %(undone_in)s
WHERE report_id = %(id)s AND version = %(version)s"""
_WORDS = """
UPDATE report SET description = %(description)s, address = %(address)s,
  attributes = %(attributes_json)s
WHERE id = %(id)s"""
_MOVE = """
WITH moved AS (DELETE FROM {one} WHERE report_id = %(id)s AND n = %(n)s RETURNING *)
INSERT INTO {other} SELECT * FROM moved"""
_WITHHOLD = _MOVE.format(one="report_photo", other="report_photo_withheld")
_GIVE_BACK = _MOVE.format(one="report_photo_withheld", other="report_photo")
_WITHHELD = f"""
SELECT {PHOTO_FIELDS} FROM report_photo_withheld WHERE report_id = %(id)s AND n = %(n)s"""


def add(
    work: UnitOfWork,
    report: Row,
    what: str,
    original: Any,
    shown: str | None,
    reason: str,
    *,
    actor: str | None = None,
) -> None:
    """Remember that `what` is shown otherwise from the report's next version on. actor: None for
    the caller."""
    values = {
        "id": report["id"],
        "version": report["version"] + 1,
        "what": what,
        "original": jsontext.dumps(original),
        "shown": shown,
        "reason": reason,
        "actor": actor or work.call.principal.subject,
        "at": work.clock.now(),
    }
    work.write(_ADD, values)


def last(work: UnitOfWork, report_id: str, what: str) -> Row | None:
    """version, original of the last moderation of `what` that was not undone."""
    return work.first(_LAST, {"id": report_id, "what": what})


def all_of(work: UnitOfWork, report_id: str) -> list[Row]:
    """Every moderation of a report, from the first."""
    return work.all(_ALL, {"id": report_id})


def undo(work: UnitOfWork, report: Row, version: int) -> None:
    """The moderation of that version is undone in the report's next one."""
    values = {"id": report["id"], "version": version, "undone_in": report["version"] + 1}
    work.write(_UNDO, values)


def set_words(work: UnitOfWork, report: Row) -> None:
    """Let everybody read these words and answers."""
    work.write(_WORDS, report | {"attributes_json": jsontext.dumps(report["attributes"])})


def move_photo(work: UnitOfWork, report: Row, n: int, *, withheld: bool) -> list[Row]:
    """Take a photo out of the report, or back into it; the photos that it shows then."""
    values = {"id": report["id"], "n": n}
    others: list[Row] = [photo for photo in report["photos"] if photo["n"] != n]
    if withheld:
        work.write(_WITHHOLD, values)
        return others
    back = work.all(_WITHHELD, values)
    work.write(_GIVE_BACK, values)
    return sorted([*others, *back], key=lambda photo: int(photo["n"]))
