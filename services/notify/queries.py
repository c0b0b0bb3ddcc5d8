"""Reads of notifications."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.notify.contract import recipients_of

MOST_COUNTED = 1_000
# more would be a broadcast, which has its own way
MOST_FOLLOWERS = 10_000

_COLUMNS = """n.id::text, n.report_id::text, n.path, n.title, n.text, n.created_at,
  r.person IS NOT NULL AS read"""
_MARKS = """
LEFT JOIN notification_read r ON r.person = %(person)s AND r.notification_id = n.id"""
_NOT_READ = """NOT EXISTS (SELECT 1 FROM notification_read r
  WHERE r.person = %(person)s AND r.notification_id = n.id)"""

_ONE = f"""
SELECT {_COLUMNS} FROM notification n {_MARKS}
WHERE n.id = %(id)s AND n.recipient = ANY(%(recipients)s)"""

# Recipient by recipient, so that each one's newest come straight from the index, in order.
_NEWEST = """
unnest(%(recipients)s) mine (recipient) CROSS JOIN LATERAL (
  SELECT * FROM notification n WHERE n.recipient = mine.recipient AND {conditions}
  ORDER BY n.id DESC LIMIT %(rows)s) n"""
_PAGE = f"""
SELECT {_COLUMNS} FROM {_NEWEST} {_MARKS}
ORDER BY n.id DESC LIMIT %(rows)s"""
_UNREAD = f"""
SELECT least(count(*), %(rows)s) AS count, max(n.id::text) AS newest
FROM {_NEWEST.format(conditions=_NOT_READ)}"""

_FOLLOWERS = """
(SELECT person, NULL AS digest FROM follower WHERE report_id = %(report_id)s
 ORDER BY since LIMIT %(rows)s)
UNION ALL SELECT NULL, digest FROM reporter_forgotten WHERE report_id = %(report_id)s"""
# each audience's entries straight from the index, in order
_FEED_AFTER = """
SELECT f.position, f.type, f.data, f.at
FROM unnest(%(audiences)s) mine (audience) CROSS JOIN LATERAL (
  SELECT * FROM feed WHERE audience = mine.audience AND position > %(after)s
  ORDER BY position LIMIT %(rows)s) f
ORDER BY f.position LIMIT %(rows)s"""
# what was forgotten is known from `forgotten`, since an empty feed knows no positions
_FEED_ENDS = """
SELECT greatest(coalesce((SELECT max(position) FROM feed), 0), forgotten_until) AS head,
  forgotten_until + 1 AS oldest
FROM feed_forgotten"""


def page(work: UnitOfWork, asked: dict[str, Any], after: Cursor | None) -> list[Row]:
    """One page of the caller's notifications, newest first, with one row more than asked for."""
    conditions = ["true"]
    if asked["unread"]:
        conditions.append(_NOT_READ)
    if after is not None:
        conditions.append("n.id < %(after)s")
    values = _mine(work) | {"after": after, "rows": asked["limit"] + 1}
    return work.all(_PAGE.format(conditions=" AND ".join(conditions)), values)


def one(work: UnitOfWork, notification_id: str) -> Row | None:
    """One of the caller's notifications; None if it is somebody else's."""
    return work.first(_ONE, _mine(work) | {"id": notification_id})


def unread(work: UnitOfWork) -> Row:
    """How many the caller has not read (at most MOST_COUNTED), and the newest of them."""
    row = work.first(_UNREAD, _mine(work) | {"rows": MOST_COUNTED})
    assert row is not None
    return row


def _mine(work: UnitOfWork) -> dict[str, Any]:
    principal = work.call.principal
    return {"person": principal.subject, "recipients": recipients_of(principal)}


def feed_after(work: UnitOfWork, audiences: list[str], after: int, rows: int) -> list[Row]:
    """Entries of these audiences after a position, in order."""
    return work.all(_FEED_AFTER, {"audiences": audiences, "after": after, "rows": rows})


def feed_ends(work: UnitOfWork) -> Row:
    """head: the last position there is. oldest: the first that was not forgotten."""
    row = work.first(_FEED_ENDS)
    assert row is not None
    return row


def followers(work: UnitOfWork, report_id: str) -> tuple[list[str], set[str]]:
    """Who wants to be told of a report, at most MOST_FOLLOWERS; digests of who is to be no more."""
    values = {"report_id": report_id, "rows": MOST_FOLLOWERS}
    rows = work.all(_FOLLOWERS, values)
    people = [row["person"] for row in rows if row["person"] is not None]
    return people, {row["digest"] for row in rows if row["digest"] is not None}
