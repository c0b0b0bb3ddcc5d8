"""Writes of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork

_INSERT = """
INSERT INTO notification (id, recipient, event_id, report_id, path, title, text, created_at)
VALUES (%(id)s, %(recipient)s, %(event_id)s, %(report_id)s, %(path)s, %(title)s, %(text)s,
  %(at)s)"""

_READ = """
INSERT INTO notification_read (person, notification_id, read_at)
VALUES (%(person)s, %(id)s, %(at)s) ON CONFLICT DO NOTHING"""

_READ_ALL = """
INSERT INTO notification_read (person, notification_id, read_at)
SELECT %(person)s, n.id, %(at)s FROM notification n
WHERE n.recipient = ANY(%(recipients)s) AND n.id <= %(newest)s
  AND NOT EXISTS (SELECT 1 FROM notification_read r
    WHERE r.person = %(person)s AND r.notification_id = n.id)
ON CONFLICT DO NOTHING"""

_QUEUE_ENTRY = """
INSERT INTO feed_incoming (id, audience, type, data, at)
VALUES (%(id)s, %(audience)s, %(type)s, %(data)s, %(at)s)"""

# The lock is the transaction's: whoever holds it makes positions visible before anybody else takes
# any. A number that stands for the feed in the one space of advisory locks.
_LOCK_FEED = "SELECT pg_advisory_xact_lock(727001)"
_MOVE_ENTRIES = """
WITH moved AS (
  DELETE FROM feed_incoming WHERE id = ANY(ARRAY(
    SELECT id FROM feed_incoming ORDER BY id LIMIT %(rows)s))
  RETURNING id, audience, type, data, at)
INSERT INTO feed (id, audience, type, data, at)
SELECT id, audience, type, data, at FROM moved ORDER BY id
RETURNING position, audience, type, data, at"""

# without a serial it is from a version of reports that did not count: taken as it comes
_NEWS = """
WITH news AS (
  INSERT INTO follower_heard (report_id, person, serial)
  SELECT %(report_id)s, %(person)s, coalesce(%(serial)s, 0)
  WHERE NOT EXISTS (SELECT 1 FROM reporter_forgotten WHERE report_id = %(report_id)s
    AND digest = %(digest)s AND serial >= coalesce(%(serial)s, 0))
  ON CONFLICT (report_id, person) DO UPDATE
  SET serial = greatest(follower_heard.serial, excluded.serial)
  WHERE follower_heard.serial < excluded.serial OR %(serial)s IS NULL RETURNING 1)"""
_FOLLOW = f"""{_NEWS}
INSERT INTO follower (report_id, person, since)
SELECT %(report_id)s, %(person)s, %(at)s FROM news ON CONFLICT DO NOTHING"""
_UNFOLLOW = f"""{_NEWS}
DELETE FROM follower USING news WHERE report_id = %(report_id)s AND person = %(person)s"""

_KEEP_DUPLICATE = """
INSERT INTO duplicate (original, report_id, version, is_linked, told)
VALUES (%(original)s, %(report_id)s, %(version)s, %(is_linked)s, %(told)s)
ON CONFLICT (original, report_id) DO UPDATE
SET version = excluded.version, is_linked = excluded.is_linked, told = excluded.told
WHERE duplicate.version < excluded.version"""
_KEEP_HIDDEN = """
INSERT INTO hidden (report_id, version, is_hidden) VALUES (%(id)s, %(version)s, %(is_hidden)s)
ON CONFLICT (report_id) DO UPDATE
SET version = excluded.version, is_hidden = excluded.is_hidden
WHERE hidden.version < excluded.version"""

_FORGET_ENTRIES = """
WITH old AS (
  DELETE FROM feed WHERE position = ANY(ARRAY(
    SELECT position FROM feed WHERE at < %(before)s ORDER BY position LIMIT 1000))
  RETURNING position),
known AS (
  UPDATE feed_forgotten SET forgotten_until =
    greatest(forgotten_until, coalesce((SELECT max(position) FROM old), 0))
  RETURNING 1)
SELECT count(*) AS count FROM old"""


def keep_follower(work: UnitOfWork, told: dict[str, Any], digest: str) -> None:
    """Somebody follows a report, or no more; not if something later was heard of them, also by
    their digest."""
    sql = _FOLLOW if told["following"] else _UNFOLLOW
    work.write(sql, {"serial": None} | told | {"at": work.clock.now(), "digest": digest})


def keep_duplicate(work: UnitOfWork, original: dict[str, Any], *, is_linked: bool) -> None:
    """A report is a duplicate of another one, or no more; not if something later was heard.

    original: the event's data, with duplicate and duplicate_version.
    """
    duplicate = original["duplicate"]
    values = {
        "original": original["report_id"],
        "report_id": duplicate["report_id"],
        "version": original["duplicate_version"],
        "is_linked": is_linked,
        "told": jsontext.dumps(duplicate),
    }
    work.write(_KEEP_DUPLICATE, values)


def keep_hidden(work: UnitOfWork, report_id: str, version: int, *, is_hidden: bool) -> None:
    """The public may not see a report from that version on, or may again."""
    work.write(_KEEP_HIDDEN, {"id": report_id, "version": version, "is_hidden": is_hidden})


def queue_entry(
    work: UnitOfWork, entry_id: str, audience: str, kind: str, data: dict[str, Any]
) -> None:
    """Put an entry of the feed in line."""
    values = {"id": entry_id, "audience": audience, "type": kind, "at": work.clock.now()}
    work.write(_QUEUE_ENTRY, values | {"data": jsontext.dumps(data)})


def move_entries(work: UnitOfWork, rows: int) -> list[Row]:
    """Give positions to what stands in line, after whoever is at it now."""
    work.first(_LOCK_FEED)
    return sorted(work.all(_MOVE_ENTRIES, {"rows": rows}), key=lambda row: int(row["position"]))


def forget_entries(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of entries from before that time; how many there were."""
    row = work.first(_FORGET_ENTRIES, {"before": before})
    assert row is not None
    return int(row["count"])


def insert(work: UnitOfWork, notification: dict[str, Any], title: Text, text: Text) -> None:
    """Add a notification."""
    words = {"title": jsontext.dumps(title.data()), "text": jsontext.dumps(text.data())}
    work.write(_INSERT, notification | words)


def mark_read(work: UnitOfWork, notification_id: str) -> None:
    """The caller has read one."""
    values = {"person": work.call.principal.subject, "id": notification_id}
    work.write(_READ, values | {"at": work.clock.now()})


def mark_all_read(work: UnitOfWork, recipients: list[str], newest: str) -> None:
    """The caller has read all up to `newest`."""
    values = {"person": work.call.principal.subject, "recipients": recipients, "newest": newest}
    work.write(_READ_ALL, values | {"at": work.clock.now()})
