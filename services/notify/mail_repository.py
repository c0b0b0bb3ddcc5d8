"""Messages to be sent by e-mail, their attempts, contacts, and what people chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork

_QUEUE = """
INSERT INTO mail (id, recipient, kind, event_id, subject, title, text, next_at, created_at)
VALUES (%(id)s, %(recipient)s, %(kind)s, %(event_id)s, %(subject)s, %(title)s, %(text)s, %(at)s,
        %(at)s)"""
_ANY_DUE = "SELECT 1 AS yes FROM mail WHERE state = 'waiting' AND next_at <= %(now)s LIMIT 1"
# whoever else takes one meanwhile is not waited for; until then it is nobody else's
_TAKE = """
UPDATE mail SET next_at = %(until)s WHERE id = (
  SELECT id FROM mail WHERE state = 'waiting' AND next_at <= %(now)s
  ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id::text, recipient, kind, subject::text, title, text, tries"""
_KNOWN = """
SELECT c.recipient IS NOT NULL AS is_known, c.email, c.language, c.undeliverable_at,
  h.unsubscribed_at, h.confirmed_at
FROM (SELECT %(recipient)s AS recipient) asked
LEFT JOIN contact c ON c.recipient = asked.recipient
LEFT JOIN mail_choice h ON h.recipient = asked.recipient"""
_KEEP_CONTACT = """
INSERT INTO contact (recipient, email, language, fetched_at)
VALUES (%(recipient)s, %(email)s, %(language)s, %(at)s)
ON CONFLICT (recipient) DO UPDATE
SET email = excluded.email, language = excluded.language, fetched_at = excluded.fetched_at"""
_UNDELIVERABLE = "UPDATE contact SET undeliverable_at = %(at)s WHERE recipient = %(recipient)s"
_FORGET_CONTACT = "DELETE FROM contact WHERE recipient = %(recipient)s"
_START = """
UPDATE mail_attempt SET outcome = 'lost' WHERE mail_id = %(id)s AND outcome IS NULL;
INSERT INTO mail_attempt (mail_id, n, started_at) VALUES (%(id)s, %(tries)s, %(at)s);
UPDATE mail SET tries = %(tries)s WHERE id = %(id)s"""
_END_ATTEMPT = """
UPDATE mail_attempt SET outcome = %(outcome)s, reply = %(reply)s, ended_at = %(at)s
WHERE mail_id = %(id)s AND n = %(tries)s"""
_END = """
UPDATE mail SET state = %(state)s, reason = %(reason)s, ended_at = %(at)s
WHERE id = %(id)s AND state = 'waiting'"""
_LATER = "UPDATE mail SET next_at = %(at)s WHERE id = %(id)s AND state = 'waiting'"
_CHOICE = "SELECT unsubscribed_at, confirmed_at FROM mail_choice WHERE recipient = %(recipient)s"
_CHOOSE = """
INSERT INTO mail_choice (recipient, unsubscribed_at, confirmed_at)
VALUES (%(recipient)s, %(unsubscribed_at)s, %(confirmed_at)s)
ON CONFLICT (recipient) DO UPDATE
SET unsubscribed_at = excluded.unsubscribed_at, confirmed_at = excluded.confirmed_at"""
_QUEUE_STATE = """
SELECT count(*) AS messages, min(created_at) AS oldest
FROM (SELECT created_at FROM mail WHERE state = 'waiting' ORDER BY next_at LIMIT 10000) waiting"""
_FORGET_ENDED = """
WITH old AS (DELETE FROM mail WHERE id = ANY(ARRAY(
  SELECT id FROM mail WHERE ended_at < %(before)s LIMIT 1000)) RETURNING 1)
SELECT count(*) AS count FROM old"""


def queue(work: UnitOfWork, mail: dict[str, Any], title: Text, text: Text) -> None:
    """Add a message to be sent."""
    words = {"title": jsontext.dumps(title.data()), "text": jsontext.dumps(text.data())}
    work.write(_QUEUE, mail | words | {"at": work.clock.now()})


def is_any_due(work: UnitOfWork) -> bool:
    """Whether there is anything to send now."""
    return work.first(_ANY_DUE, {"now": work.clock.now()}) is not None


def take(work: UnitOfWork, until: datetime) -> Row | None:
    """A message that is due; nobody else takes it before `until`."""
    return work.first(_TAKE, {"now": work.clock.now(), "until": until})


def known(work: UnitOfWork, recipient: str) -> Row:
    """What is known of a recipient: the contact, if it was asked for, and their choices."""
    return work.all(_KNOWN, {"recipient": recipient})[0]


def keep_contact(work: UnitOfWork, recipient: str, contact: dict[str, Any]) -> None:
    """Remember where to write, or that there is nowhere to."""
    work.write(_KEEP_CONTACT, contact | {"recipient": recipient, "at": work.clock.now()})


def set_undeliverable(work: UnitOfWork, recipient: str) -> None:
    """Their mail server knows no such address."""
    work.write(_UNDELIVERABLE, {"recipient": recipient, "at": work.clock.now()})


def forget_contact(work: UnitOfWork, recipient: str) -> None:
    """Ask for it anew when it is needed."""
    work.write(_FORGET_CONTACT, {"recipient": recipient})


def start_attempt(work: UnitOfWork, mail: Row) -> None:
    """The message is about to be handed over; an earlier attempt that nobody ended is lost."""
    work.write(_START, mail | {"at": work.clock.now()})


def end_attempt(work: UnitOfWork, mail: Row, outcome: str, reply: str) -> None:
    """How the attempt went."""
    values = {"outcome": outcome, "reply": reply, "at": work.clock.now()}
    work.write(_END_ATTEMPT, mail | values)


def end(work: UnitOfWork, mail_id: str, state: str, reason: str | None = None) -> None:
    """The message is sent, failed for good, or need not be sent."""
    work.write(_END, {"id": mail_id, "state": state, "reason": reason, "at": work.clock.now()})


def later(work: UnitOfWork, mail_id: str, at: datetime) -> None:
    """Try again at that time."""
    work.write(_LATER, {"id": mail_id, "at": at})


def choice(work: UnitOfWork, recipient: str) -> Row:
    """unsubscribed_at, confirmed_at."""
    nothing = {"unsubscribed_at": None, "confirmed_at": None}
    return work.first(_CHOICE, {"recipient": recipient}) or nothing


def choose(work: UnitOfWork, recipient: str, chosen: Row) -> None:
    """Remember what somebody chose."""
    work.write(_CHOOSE, chosen | {"recipient": recipient})


def forget_ended(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of messages that ended before that time; how many there were."""
    return int(work.all(_FORGET_ENDED, {"before": before})[0]["count"])


def queue_state(work: UnitOfWork) -> Row:
    """messages, oldest: how many wait to be sent, and since when the first of them does."""
    return work.all(_QUEUE_STATE)[0]
