"""Writes of subscriptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.chassis.unit_of_work import UnitOfWork

_KEEP = """
INSERT INTO subscription (id, recipient, topic, rhythm, asked_rhythm, asked_at, since, ended_at)
VALUES (%(id)s, %(recipient)s, %(topic)s, %(rhythm)s, %(asked_rhythm)s, %(asked_at)s, %(since)s,
  %(ended_at)s)
ON CONFLICT (recipient, topic) DO UPDATE
SET rhythm = excluded.rhythm, asked_rhythm = excluded.asked_rhythm, asked_at = excluded.asked_at,
  since = excluded.since, ended_at = excluded.ended_at"""
_END_ALL = """
UPDATE subscription SET ended_at = %(at)s WHERE recipient = %(recipient)s AND ended_at IS NULL"""
# whoever asks for a known address does not choose its language
_KEEP_SUBSCRIBER = """
INSERT INTO subscriber (recipient, email, language)
VALUES (%(recipient)s, %(email)s, %(language)s)
ON CONFLICT (recipient) DO UPDATE SET language = excluded.language
WHERE NOT EXISTS (SELECT 1 FROM subscription s
  WHERE s.recipient = subscriber.recipient AND s.since IS NOT NULL AND s.ended_at IS NULL)"""
_UNDELIVERABLE = """
UPDATE subscriber SET undeliverable_at = %(at)s WHERE recipient = %(recipient)s"""
_COUNT = """
INSERT INTO told_today AS t (recipient, purpose, day, count)
SELECT recipient, %(purpose)s, %(day)s, 1
FROM unnest(%(recipients)s::text[]) AS told (recipient) ORDER BY recipient
ON CONFLICT (recipient, purpose, day) DO UPDATE SET count = t.count + 1
RETURNING recipient, count"""
_FORGET = """
WITH gone AS (
  DELETE FROM subscription WHERE id = ANY(ARRAY(
    (SELECT id FROM subscription WHERE since IS NULL AND asked_at < %(asked_before)s LIMIT 500)
    UNION (SELECT id FROM subscription WHERE ended_at < %(ended_before)s LIMIT 500)))
  RETURNING id, recipient),
unknown AS (
  DELETE FROM subscriber r USING gone WHERE r.recipient = gone.recipient
    AND NOT EXISTS (SELECT 1 FROM subscription s
      WHERE s.recipient = gone.recipient AND s.id NOT IN (SELECT id FROM gone))),
uncounted AS (
  DELETE FROM told_today WHERE day < %(counted_before)s)
SELECT count(*) AS count FROM gone"""


def keep(work: UnitOfWork, subscription: dict[str, Any]) -> None:
    """Write what a subscription is now. Call it while nobody else changes its recipient's."""
    work.write(_KEEP, subscription)


def end_all(work: UnitOfWork, recipient: str) -> None:
    """Everything that an address follows or waits to confirm has ended."""
    work.write(_END_ALL, {"recipient": recipient, "at": work.clock.now()})


def keep_subscriber(work: UnitOfWork, recipient: str, email: str, language: str) -> None:
    """Where to write to an address, and in which language."""
    values = {"recipient": recipient, "email": email, "language": language}
    work.write(_KEEP_SUBSCRIBER, values)


def set_undeliverable(work: UnitOfWork, recipient: str) -> None:
    """A mail server knows no such address."""
    work.write(_UNDELIVERABLE, {"recipient": recipient, "at": work.clock.now()})


def count(work: UnitOfWork, recipients: list[str], purpose: str, day: date) -> dict[str, int]:
    """One message more to each of them on that day; how many these are by now."""
    values = {"recipients": recipients, "purpose": purpose, "day": day}
    return {row["recipient"]: row["count"] for row in work.all(_COUNT, values)}


def forget(
    work: UnitOfWork, *, asked_before: datetime, ended_before: datetime, counted_before: date
) -> int:
    """Delete a batch of what nobody confirmed or what ended, and addresses that follow nothing any
    more; how many subscriptions there were."""
    values = {
        "asked_before": asked_before,
        "ended_before": ended_before,
        "counted_before": counted_before,
    }
    return int(work.all(_FORGET, values)[0]["count"])
