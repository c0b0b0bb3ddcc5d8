"""Writes of notifications."""

from __future__ import annotations

from typing import Any

from services.chassis import jsontext
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork

_INSERT = """
INSERT INTO notification (id, recipient, event_id, report_id, title, text, created_at)
VALUES (%(id)s, %(recipient)s, %(event_id)s, %(report_id)s, %(title)s, %(text)s, %(at)s)"""

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
