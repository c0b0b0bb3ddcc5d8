"""Reads of reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.chassis.database import Row
from services.chassis.principal import Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports.lifecycle import MOVING, OPEN

# a report and its duplicates, as far as everybody may know of them
_SAME = """(SELECT report.id AS id UNION ALL
   SELECT d.id FROM report d WHERE d.duplicate_of = report.id AND d.visibility <> 'secret') same"""
SUPPORTS = f"""CASE WHEN duplicates = 0 THEN supports ELSE (
    SELECT count(DISTINCT s.person) FROM {_SAME} JOIN report_support s ON s.report_id = same.id
    )::integer END AS supports"""
PHOTOS = """(SELECT coalesce(json_agg(json_build_object(
     'n', n, 'width', width, 'height', height, 'version', version)
     ORDER BY n), '[]') FROM report_photo WHERE report_id = report.id) AS photos"""
COLUMNS = f"""id::text, number, version, state, category, description, lat, long, address,
  approximate, visibility, attributes, area, agency, reporter, app, officer, helpers, rating,
  {SUPPORTS},
  duplicate_of::text, duplicates,
  CASE WHEN duplicates = 0 THEN 0 ELSE (
    SELECT count(*) - 1 FROM {_SAME})::integer END AS public_duplicates,
  (SELECT json_build_object('id', o.id, 'number', o.number, 'state', o.state, 'agency', o.agency,
     'visibility', o.visibility, 'reporter', o.reporter, 'helpers', o.helpers)
   FROM report o WHERE o.id = report.duplicate_of) AS original,
  asked_at, still_well, settled_at, created_at, updated_at,
  due_from, due_at, days_left, escalation, missed, alarm, alarm_at, {PHOTOS},
  (SELECT reasons FROM report_suspected s WHERE s.report_id = report.id AND s.version = 1)
  AS suspected"""
PHOTO_FIELDS = "n, width, height, version"
IS_OPEN = f"""state IN ('{"', '".join(OPEN)}')"""
_BY_ID = f"SELECT {COLUMNS} FROM report WHERE id = %(id)s"
_BY_NUMBER = f"SELECT {COLUMNS} FROM report WHERE number = %(number)s"
# NO KEY: who writes rows that refer to it, such as a site's, neither waits nor is waited for
_LOCKED = f"{_BY_ID} FOR NO KEY UPDATE"
# what is to be read in place of what was said in a line h of the history; null if nothing is
SHOWN_AS = """(SELECT m.shown FROM report_moderation m
  WHERE m.report_id = h.report_id AND m.what = 'timeline.' || h.version AND m.undone_in IS NULL
  ORDER BY m.version DESC LIMIT 1)"""
_HISTORY = f"""
SELECT version, action, actor, at, data, {SHOWN_AS} AS shown_as FROM report_history h
WHERE report_id = %(id)s AND version > %(after)s AND action <> ALL(%(hidden)s)
ORDER BY version LIMIT %(rows)s"""
_LINE = f"""
SELECT version, action, data, {SHOWN_AS} AS shown_as FROM report_history h
WHERE report_id = %(id)s AND version = %(version)s"""
_MOVES = """
SELECT version, action, data FROM report_history
WHERE report_id = %(id)s AND version <= %(until)s AND action = ANY(%(moving)s) ORDER BY version"""
_SUPPORTING = f"""
SELECT coalesce(bool_or(s.report_id = report.id), false) AS directly, count(*) > 0 AS counted
FROM report CROSS JOIN LATERAL {_SAME} JOIN report_support s ON s.report_id = same.id
WHERE report.id = %(id)s AND s.person = %(me)s"""
_PHOTO = """
SELECT r.id::text, r.number, r.visibility, r.agency, r.reporter, r.helpers, p.hour, p.digest,
  p.is_withheld
FROM report r JOIN (
  SELECT report_id, n, hour, digest, false AS is_withheld FROM report_photo UNION ALL
  SELECT report_id, n, hour, digest, true FROM report_photo_withheld) p ON p.report_id = r.id
WHERE r.id = %(id)s AND p.n = %(n)s"""
_PHOTOS = """
SELECT n, digest FROM report_photo WHERE report_id = %(id)s UNION ALL
SELECT n, digest FROM report_photo_withheld WHERE report_id = %(id)s"""
_USED = """
SELECT digest FROM report_photo WHERE hour = %(hour)s AND digest = ANY(%(all)s) UNION
SELECT digest FROM report_photo_withheld WHERE hour = %(hour)s AND digest = ANY(%(all)s)"""
_ALARMS = """
SELECT id::text FROM report WHERE alarm_at <= %(now)s ORDER BY alarm_at LIMIT %(rows)s"""
_ALARMS_STATE = """
SELECT count(*) AS due, min(alarm_at) AS oldest FROM (
  (SELECT alarm_at FROM report WHERE alarm_at <= %(now)s ORDER BY alarm_at LIMIT 10000)
  UNION ALL (SELECT alarm_at FROM report_part WHERE alarm_at <= %(now)s
             ORDER BY alarm_at LIMIT 10000)) late"""
_ACCOUNT = "SELECT role, agency FROM account WHERE id = %(id)s"
_CONTACT = """
SELECT r.number, c.email, c.name, c.phone, c.language
FROM report_contact c JOIN report r ON r.id = c.report_id
WHERE c.report_id = %(id)s"""


def by_id(work: UnitOfWork, report_id: str) -> Row | None:
    """One report."""
    return work.first(_BY_ID, {"id": report_id})


def by_number(work: UnitOfWork, number: str) -> Row | None:
    """One report."""
    return work.first(_BY_NUMBER, {"number": number})


def locked(work: UnitOfWork, report_id: str) -> Row | None:
    """One report, which nobody else changes until this transaction ends."""
    return work.first(_LOCKED, {"id": report_id})


def history(
    work: UnitOfWork, report_id: str, *, after: int, hidden: Iterable[str], rows: int
) -> list[Row]:
    """What was done to a report after that version, other than what is hidden."""
    values = {"id": report_id, "after": after, "hidden": list(hidden), "rows": rows}
    return work.all(_HISTORY, values)


def line(work: UnitOfWork, report_id: str, version: int) -> Row | None:
    """What was done to a report in that version."""
    return work.first(_LINE, {"id": report_id, "version": version})


def moves(work: UnitOfWork, report_id: str, until: int) -> list[Row]:
    """What can have changed a report's state, up to that version."""
    return work.all(_MOVES, {"id": report_id, "until": until, "moving": list(MOVING)})


def support(work: UnitOfWork, report_id: str) -> Row:
    """directly, counted: whether the caller has supported a report, or it or a duplicate of it."""
    values = {"id": report_id, "me": work.call.principal.subject}
    return work.all(_SUPPORTING, values)[0]


def alarms_due(work: UnitOfWork, now: datetime, rows: int) -> list[str]:
    """Reports whose alarm should have rung, the oldest first."""
    return [row["id"] for row in work.all(_ALARMS, {"now": now, "rows": rows})]


def alarms_state(work: UnitOfWork, now: datetime) -> Row:
    """due, oldest: how many alarms should have rung, and when the first of them."""
    return work.all(_ALARMS_STATE, {"now": now})[0]


def is_staff(work: UnitOfWork, account: str, agency: str) -> bool:
    """Whether an account is one of an agency's staff."""
    found = work.first(_ACCOUNT, {"id": account})
    return found is not None and found["agency"] == agency


def is_citizen(work: UnitOfWork, account: str) -> bool:
    """Whether an account is a citizen's."""
    found = work.first(_ACCOUNT, {"id": account})
    return found is not None and found["role"] == Role.CITIZEN


def contact(work: UnitOfWork, report_id: str) -> Row | None:
    """number, email, name, phone, language of a guest's report; None if nothing was left."""
    return work.first(_CONTACT, {"id": report_id})


def photo(work: UnitOfWork, report_id: str, n: int) -> Row | None:
    """One photo, with what decides who may see it."""
    return work.first(_PHOTO, {"id": report_id, "n": n})


def photos(work: UnitOfWork, report_id: str) -> dict[str, int]:
    """The number of each photo of a report by its digest, also of those that are withheld."""
    return {row["digest"]: row["n"] for row in work.all(_PHOTOS, {"id": report_id})}


def used_photos(work: UnitOfWork, hour: str, digests: list[str]) -> set[str]:
    """Those of the digests, uploaded in that hour, that belong to a report."""
    return {row["digest"] for row in work.all(_USED, {"hour": hour, "all": digests})}


def swept_until(work: UnitOfWork) -> datetime:
    """Uploads before this moment were looked through."""
    row = work.first("SELECT swept_until FROM photo_sweep")
    assert row is not None
    found: datetime = row["swept_until"]
    return found
