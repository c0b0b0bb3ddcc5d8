"""Writes of reports."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.capabilities import UploadedPhoto
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_INSERT = """
INSERT INTO report (id, number, version, state, category, description, lat, long, visibility,
                    attributes, area, agency, reporter, app, address, approximate, created_at,
                    updated_at, due_from, due_at, alarm, alarm_at)
VALUES (%(id)s, %(number)s, %(version)s, %(state)s, %(category)s, %(description)s, %(lat)s,
        %(long)s, %(visibility)s, %(attributes_json)s, %(area)s, %(agency)s, %(reporter)s,
        %(app)s, %(address)s, %(approximate)s, %(created_at)s, %(updated_at)s,
        %(due_from)s, %(due_at)s, %(alarm)s, %(alarm_at)s)"""

_HISTORY = """
INSERT INTO report_history (report_id, version, action, actor, at, data)
VALUES (%(id)s, %(version)s, %(action)s, %(actor)s, %(at)s, %(data)s)"""

_UPDATE = """
UPDATE report SET version = %(version)s, state = %(state)s, visibility = %(visibility)s,
  agency = %(agency)s, officer = %(officer)s, helpers = %(helpers)s, rating = %(rating)s,
  asked_at = %(asked_at)s, still_well = %(still_well)s, settled_at = %(settled_at)s,
  updated_at = %(updated_at)s, due_from = %(due_from)s, due_at = %(due_at)s,
  days_left = %(days_left)s, escalation = %(escalation)s, missed = %(missed)s, alarm = %(alarm)s,
  alarm_at = %(alarm_at)s, duplicate_of = %(duplicate_of)s, duplicates = %(duplicates)s
WHERE id = %(id)s"""

_PHOTO = """
INSERT INTO report_photo (report_id, n, hour, digest, width, height, bytes, version)
VALUES (%(report_id)s, %(n)s, %(hour)s, %(digest)s, %(width)s, %(height)s, %(bytes)s,
        %(version)s)"""

_SUPPORT = """
INSERT INTO report_support (report_id, person, at) VALUES (%(id)s, %(me)s, %(at)s);
UPDATE report SET supports = supports + 1 WHERE id = %(id)s"""

_SET_ALARM = "UPDATE report SET alarm_at = %(at)s WHERE id = %(id)s AND alarm IS NOT NULL"

# the creation is the first that happens to an account, whenever it is heard of
_ACCOUNT = """
INSERT INTO account (id, role, agency, version)
VALUES (%(account_id)s, %(role)s, %(agency)s, %(version)s) ON CONFLICT (id) DO NOTHING"""
_ACCOUNT_CHANGED = """
INSERT INTO account (id, role, agency, version)
VALUES (%(account_id)s, %(role)s, %(agency)s, %(version)s)
ON CONFLICT (id) DO UPDATE
SET role = excluded.role, agency = excluded.agency, version = excluded.version
WHERE account.version < excluded.version"""
_NO_ROLE = {"role": "none", "agency": None}

_SWEPT = "UPDATE photo_sweep SET swept_until = greatest(swept_until, %(until)s)"

_CONTACT = """
INSERT INTO report_contact (report_id, email, name, phone, language)
VALUES (%(id)s, %(email)s, %(name)s, %(phone)s, %(language)s)"""


def next_follower_serial(work: UnitOfWork) -> int:
    """The next serial of changes of followers."""
    row = work.first("SELECT nextval('follower_serial') AS serial")
    assert row is not None
    return int(row["serial"])


def insert(work: UnitOfWork, report: dict[str, Any]) -> None:
    """Add a new report."""
    work.write(_INSERT, report | {"attributes_json": jsontext.dumps(report["attributes"])})


def remember(
    work: UnitOfWork,
    report: dict[str, Any],
    action: str,
    data: dict[str, Any],
    actor: str | None = None,
) -> None:
    """Add a line to the report's history; actor: who did it, None for the caller."""
    work.write(
        _HISTORY,
        {
            "id": report["id"],
            "version": report["version"],
            "action": action,
            "actor": actor or work.call.principal.subject,
            "at": report["updated_at"],
            "data": jsontext.dumps(data),
        },
    )


def update(work: UnitOfWork, report: Row) -> None:
    """Write what an action may have changed."""
    work.write(_UPDATE, report)


def add_photos(
    work: UnitOfWork, report_id: str, photos: list[UploadedPhoto], *, first: int, version: int
) -> None:
    """Add photos, numbered from `first`, that came with that version of the report."""
    for n, photo in enumerate(photos, first):
        work.write(_PHOTO, asdict(photo) | {"report_id": report_id, "n": n, "version": version})


def add_support(work: UnitOfWork, report_id: str) -> None:
    """The report concerns the caller too."""
    values = {"id": report_id, "me": work.call.principal.subject, "at": work.clock.now()}
    work.write(_SUPPORT, values)


def remember_swept(work: UnitOfWork, until: datetime) -> None:
    """Uploads before `until` were looked through."""
    work.write(_SWEPT, {"until": until})


def keep_contact(work: UnitOfWork, report_id: str, given: dict[str, Any], language: str) -> None:
    """Keep what a guest left of contact_email, _name, _phone, and the language, apart from the
    report."""
    left = {name: given.get(f"contact_{name}") for name in ("email", "name", "phone")}
    work.write(_CONTACT, left | {"id": report_id, "language": language})


def set_alarm(work: UnitOfWork, report_id: str, at: datetime) -> None:
    """The report's alarm rings at that time."""
    work.write(_SET_ALARM, {"id": report_id, "at": at})


def keep_account(work: UnitOfWork, account: dict[str, Any], version: int) -> None:
    """Remember a new account's role and agency."""
    work.write(_ACCOUNT, account | {"version": version})


def change_account(work: UnitOfWork, account: dict[str, Any], version: int) -> None:
    """Remember what an account is from that version on; nothing, if it is not active.

    What was heard of a later version stays.
    """
    known = account if account["active"] else account | _NO_ROLE
    work.write(_ACCOUNT_CHANGED, known | {"version": version})


def forget_contact(work: UnitOfWork, report_id: str) -> None:
    """Delete a guest's address."""
    work.write("DELETE FROM report_contact WHERE report_id = %(id)s", {"id": report_id})
