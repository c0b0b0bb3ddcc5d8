"""The inbox: each event takes effect exactly once per handler, in its lane's order.

A lane is (handler, subject). The row of an event is written in the handler's own transaction; a
failed event becomes a `waiting` row with its next time, and after too many tries a `parked` one.
While an earlier row of the lane waits or is parked, later ones wait behind it. "The database
schedules, the broker only hurries."
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.chassis.contract import Subscription
from services.chassis.database import Params, Row, Session
from services.chassis.envelope import Event

if TYPE_CHECKING:
    from services.chassis.unit_of_work import UnitOfWork

MAX_DELAY = timedelta(minutes=5)

# Two handlers never share a lane, and the lock is the transaction's.
_LANE_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(handler)s || ':' || %(subject)s, 0));"

_ARRIVE = """
WITH arrival AS (
  INSERT INTO chassis.inbox (event_id, handler, type, subject, version, state)
  VALUES (%(id)s, %(handler)s, %(type)s, %(subject)s, %(version)s, 'done')
  ON CONFLICT DO NOTHING RETURNING 1)"""

_ARRIVED = """
SELECT EXISTS (SELECT 1 FROM arrival) AS claim_fresh, (%(ordered)s AND EXISTS (
  SELECT 1 FROM chassis.inbox WHERE handler = %(handler)s AND subject = %(subject)s
  AND state IN ('waiting', 'parked') AND event_id <> %(id)s)) AS claim_behind"""

_RESUME = """
SELECT (SELECT state FROM chassis.inbox WHERE event_id = %(id)s AND handler = %(handler)s)
  IS NOT DISTINCT FROM 'waiting' AS claim_fresh, (%(ordered)s AND EXISTS (
  SELECT 1 FROM chassis.inbox earlier JOIN chassis.inbox mine
    ON mine.event_id = %(id)s AND mine.handler = %(handler)s
  WHERE earlier.handler = %(handler)s AND earlier.subject = %(subject)s
  AND earlier.state IN ('waiting', 'parked') AND earlier.position < mine.position
  )) AS claim_behind"""

_DONE = """
UPDATE chassis.inbox SET state = 'done', envelope = NULL, error = NULL, next_at = NULL
WHERE event_id = %(id)s AND handler = %(handler)s"""

_KEEP = """
INSERT INTO chassis.inbox
  (event_id, handler, type, subject, version, state, tries, next_at, error, envelope)
VALUES (%(id)s, %(handler)s, %(type)s, %(subject)s, %(version)s, %(state)s, %(tries)s,
        now() + %(delay)s, %(error)s, %(envelope)s)
ON CONFLICT (event_id, handler) DO UPDATE
SET state = excluded.state, tries = excluded.tries, next_at = excluded.next_at,
    error = excluded.error
WHERE inbox.state = 'waiting'"""

DUE = """
SELECT event_id, handler, tries, envelope FROM chassis.inbox due
WHERE state = 'waiting' AND next_at <= now() AND handler = ANY(%(handlers)s)
AND (handler <> ALL(%(ordered)s) OR NOT EXISTS (
  SELECT 1 FROM chassis.inbox earlier WHERE earlier.handler = due.handler
  AND earlier.subject = due.subject AND earlier.state IN ('waiting', 'parked')
  AND earlier.position < due.position))
ORDER BY next_at LIMIT 50"""

PARK = """
UPDATE chassis.inbox SET state = 'parked', error = 'unreadable'
WHERE event_id = %(event_id)s AND handler = %(handler)s AND state = 'waiting'"""

COUNTS = """
SELECT handler, state, count(*) AS rows FROM chassis.inbox
WHERE state IN ('waiting', 'parked') GROUP BY handler, state"""

FORGET = (
    "DELETE FROM chassis.inbox WHERE state = 'done' AND received_at < now() - interval '30 days'"
)


class AlreadyHandled(Exception):
    """This handler has dealt with this event before."""


class BehindAnother(Exception):
    """An earlier event of the lane is not done yet."""


@dataclass(frozen=True)
class Delivery:
    """One event for one handler. `tries` counts the failed ones before this."""

    event: Event
    subscription: Subscription
    envelope: str
    tries: int = 0
    resumed: bool = False

    def params(self) -> dict[str, Any]:
        """The values all inbox statements take."""
        return {
            "id": self.event.id,
            "handler": self.subscription.handler,
            "type": self.event.type,
            "subject": self.event.subject,
            "version": self.event.version,
            "ordered": self.subscription.ordered,
        }


class InboxClaim:
    """A unit of work's claim to one delivery."""

    def __init__(self, delivery: Delivery, session: Session) -> None:
        self._delivery = delivery
        self._params = delivery.params()
        self.with_ = "" if delivery.resumed else session.render(_ARRIVE, self._params)

    def opening(self, session: Session) -> str:
        """Enter the lane: wait until nobody else is in it."""
        return session.render(_LANE_LOCK, self._params)

    def select(self, session: Session) -> str:
        """Whether the event is new here, and whether something of its lane is before it."""
        sql = _RESUME if self._delivery.resumed else _ARRIVED
        return session.render(sql, self._params)

    def check(self, row: Row) -> None:
        """Raise AlreadyHandled or BehindAnother."""
        if not row["claim_fresh"]:
            raise AlreadyHandled()
        if row["claim_behind"]:
            raise BehindAnother()

    def close(self, work: UnitOfWork, answer: Any) -> None:
        """A resumed row becomes done; a fresh one was written as done."""
        if self._delivery.resumed:
            work.write(_DONE, self._params)


def keep_waiting(session: Session, delivery: Delivery) -> None:
    """Store the event behind the others of its lane."""
    params = delivery.params() | {
        "state": "waiting",
        "tries": delivery.tries,
        "delay": timedelta(0),
        "error": None,
        "envelope": delivery.envelope,
    }
    _store(session, params)


def keep_failed(
    session: Session, delivery: Delivery, error: str, *, first_delay: timedelta, max_tries: int
) -> str:
    """Store a failure with the next time to try, or park the event; return the new state.

    The delay doubles from `first_delay` up to MAX_DELAY.
    """
    tries = delivery.tries + 1
    delay = min(first_delay * 2 ** (tries - 1), MAX_DELAY)
    state = "parked" if tries >= max_tries else "waiting"
    params = delivery.params() | {
        "state": state,
        "tries": tries,
        "delay": delay,
        "error": error[:2000],
        "envelope": delivery.envelope,
    }
    _store(session, params)
    return state


def _store(session: Session, params: Params) -> None:
    script = ";\n".join(["BEGIN", _LANE_LOCK.rstrip(";"), _KEEP, "COMMIT"])
    session.execute(session.render(script, params))
