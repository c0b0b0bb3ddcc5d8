"""Events that failed too often: look at them, let them run again, or drop them."""

from __future__ import annotations

from services.chassis.database import Row, Session

_LIST = """
SELECT event_id::text, handler, type, subject, version, state, tries, error, received_at,
  (SELECT count(*) FROM chassis.inbox behind WHERE behind.handler = inbox.handler
   AND behind.subject = inbox.subject AND behind.state = 'waiting') AS behind
FROM chassis.inbox WHERE state = 'parked' ORDER BY position LIMIT %(limit)s"""

_SHOW = """
SELECT event_id::text, handler, type, subject, version, state, tries, error, received_at, envelope
FROM chassis.inbox WHERE event_id = %(event_id)s AND state IN ('parked', 'waiting')"""

_REPLAY = """
UPDATE chassis.inbox SET state = 'waiting', tries = 0, next_at = now()
WHERE state = 'parked' AND (%(event_id)s::uuid IS NULL OR event_id = %(event_id)s::uuid)
RETURNING event_id::text, handler"""

_DROP = """
UPDATE chassis.inbox SET state = 'dropped', error = %(reason)s, envelope = NULL
WHERE state = 'parked' AND event_id = %(event_id)s::uuid RETURNING event_id::text, handler"""


def listed(session: Session, *, limit: int = 100) -> list[Row]:
    """Parked events, the longest waiting first, each with how many wait behind it in its lane."""
    return session.execute(session.render(_LIST, {"limit": limit}))


def shown(session: Session, event_id: str) -> list[Row]:
    """One event with its envelope, once per handler that has it parked or waiting."""
    return session.execute(session.render(_SHOW, {"event_id": event_id}))


def replay(session: Session, event_id: str | None = None) -> list[Row]:
    """Let one parked event (or all) run again, from its first try; return which."""
    return session.execute(session.render(_REPLAY, {"event_id": event_id}))


def drop(session: Session, event_id: str, reason: str) -> list[Row]:
    """Give an event up for `reason`; its lane goes on. Return what was dropped."""
    return session.execute(session.render(_DROP, {"event_id": event_id, "reason": reason}))
