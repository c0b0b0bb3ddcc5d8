"""Reads of messages to be sent, for operators."""

from __future__ import annotations

from services.chassis.database import Row, Session

_STANDING = """
SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
  coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'waiting')), 0)::float
    AS waiting_seconds,
  count(*) FILTER (WHERE state = 'failed' AND ended_at > now() - interval '1 day') AS failed
FROM mail WHERE state = 'waiting' OR ended_at > now() - interval '1 day'"""


def standing(session: Session) -> Row:
    """waiting, waiting_seconds (the age of the oldest), failed (for good, within a day)."""
    return session.execute(_STANDING)[0]
