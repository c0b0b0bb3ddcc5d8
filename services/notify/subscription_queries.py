"""Reads of subscriptions."""

from __future__ import annotations

from datetime import date, datetime

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_FIELDS = "id::text, recipient, topic, rhythm, asked_rhythm, asked_at, since, ended_at"
_ACTIVE = "since IS NOT NULL AND ended_at IS NULL"
# whoever asks for the same recipient meanwhile waits, so that limits hold
_ALONE = """
SELECT pg_advisory_xact_lock(hashtextextended('subscriber:' || %(recipient)s, 0)) IS NULL AS yes"""
_ALL = f"""
SELECT {_FIELDS} FROM subscription WHERE recipient = %(recipient)s ORDER BY id DESC LIMIT 1000"""
_ONE = f"SELECT {_FIELDS} FROM subscription WHERE id = %(id)s FOR UPDATE"
_READER = """
SELECT c.recipient, c.email, c.language, c.undeliverable_at, h.unsubscribed_at,
  s.since, s.ended_at
FROM subscription s JOIN subscriber c ON c.recipient = s.recipient
LEFT JOIN mail_choice h ON h.recipient = s.recipient"""
_READER_OF_ONE = f"{_READER} WHERE s.id = %(id)s"
_READER_OF_ALL = f"{_READER} WHERE s.recipient = %(recipient)s AND {_ACTIVE} LIMIT 1"
# each topic's own from the index, in order: enough to know the first of all of them together
_LISTENERS = f"""
SELECT found.recipient, bool_or(found.rhythm = 'at_once') AS at_once,
  (array_agg(found.id::text ORDER BY found.rhythm, length(found.topic) DESC))[1] AS subscription,
  EXISTS (SELECT 1 FROM notification n
    WHERE n.event_id = %(event_id)s AND n.recipient = found.recipient) AS is_told
FROM (
  SELECT s.* FROM unnest(%(topics)s::text[]) AS asked (topic) CROSS JOIN LATERAL (
    SELECT id, recipient, topic, rhythm FROM subscription
    WHERE topic = asked.topic AND recipient > %(spread_to)s AND {_ACTIVE} AND since <= %(at)s
    ORDER BY recipient LIMIT %(rows)s) s) found
GROUP BY found.recipient ORDER BY found.recipient LIMIT %(rows)s"""
_CONFIRMATIONS = """
SELECT coalesce(sum(count), 0)::integer AS count FROM told_today
WHERE recipient = %(recipient)s AND purpose = 'confirm' AND day >= %(day)s"""


def alone(work: UnitOfWork, recipient: str) -> None:
    """Nobody else changes what a recipient follows until this transaction ends."""
    work.first(_ALONE, {"recipient": recipient})


def all_of(work: UnitOfWork, recipient: str) -> list[Row]:
    """Everything of a recipient, also what waits to be confirmed and what has ended."""
    return work.all(_ALL, {"recipient": recipient})


def one(work: UnitOfWork, subscription_id: str) -> Row | None:
    """One subscription, locked."""
    return work.first(_ONE, {"id": subscription_id})


def reader(work: UnitOfWork, recipient: str) -> Row | None:
    """Who reads letters to a subscription, or to all of an address's: recipient, email, language,
    since, ended_at, undeliverable_at, unsubscribed_at. None if it is not known any more."""
    kind, _, id_ = recipient.partition(":")
    if kind == "subscription":
        return work.first(_READER_OF_ONE, {"id": id_})
    return work.first(_READER_OF_ALL, {"recipient": recipient})


def listeners(work: UnitOfWork, news: Row, rows: int) -> list[Row]:
    """The next who follow one of the news' topics: recipient, at_once, subscription, is_told."""
    return work.all(_LISTENERS, news | {"rows": rows})


def confirmations(work: UnitOfWork, recipient: str, day: date) -> int:
    """How many letters asked an address to confirm since that day, which is included."""
    return int(work.all(_CONFIRMATIONS, {"recipient": recipient, "day": day})[0]["count"])


def is_active(row: Row) -> bool:
    """Whether somebody is told by this subscription."""
    return row["since"] is not None and row["ended_at"] is None


def is_waiting(row: Row, since: datetime) -> bool:
    """Whether it was asked for after that moment and nobody has confirmed it."""
    return row["since"] is None and row["asked_at"] > since
