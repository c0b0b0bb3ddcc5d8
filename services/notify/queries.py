"""Reads of notifications."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.notify.domain import recipients_of

MOST_COUNTED = 1_000

_IS_READ = """EXISTS (SELECT 1 FROM notification_read r
  WHERE r.person = %(person)s AND r.notification_id = n.id)"""
_SELECT = f"""
SELECT n.id::text, n.report_id::text, n.title, n.text, n.created_at, {_IS_READ} AS read
FROM notification n WHERE n.recipient = ANY(%(recipients)s)"""
_UNREAD = f"""
SELECT count(*) AS count, max(id::text) AS newest FROM (
  SELECT n.id FROM notification n WHERE n.recipient = ANY(%(recipients)s) AND NOT {_IS_READ}
  ORDER BY n.id DESC LIMIT {MOST_COUNTED}) unread"""


def page(work: UnitOfWork, asked: dict[str, Any], after: Cursor | None) -> list[Row]:
    """One page of the caller's notifications, newest first, with one row more than asked for."""
    sql = _SELECT
    if asked["unread"]:
        sql += f" AND NOT {_IS_READ}"
    if after is not None:
        sql += " AND n.id < %(after)s"
    values = _mine(work) | {"after": after, "rows": asked["limit"] + 1}
    return work.all(f"{sql} ORDER BY n.id DESC LIMIT %(rows)s", values)


def one(work: UnitOfWork, notification_id: str) -> Row | None:
    """One of the caller's notifications; None if it is somebody else's."""
    return work.first(f"{_SELECT} AND n.id = %(id)s", _mine(work) | {"id": notification_id})


def unread(work: UnitOfWork) -> Row:
    """How many the caller has not read (at most MOST_COUNTED), and the newest of them."""
    row = work.first(_UNREAD, _mine(work))
    assert row is not None
    return row


def _mine(work: UnitOfWork) -> dict[str, Any]:
    principal = work.call.principal
    return {"person": principal.subject, "recipients": recipients_of(principal)}
