"""The outbox: events wait in the database until the broker has confirmed them.

Kept small on purpose; the relay (`relay.py`) empties it.
"""

from __future__ import annotations

from typing import Any

from services.chassis import jsontext
from services.chassis.contract import EventType
from services.chassis.database import Params

# fixed number of PostgreSQL's advisory lock for "I am the one who publishes now"
RELAY_LOCK = 0x6B6F7461

_INSERT = """
INSERT INTO chassis.outbox (event_id, exchange, type, subject, mandatory, body)
VALUES (%(id)s, %(exchange)s, %(type)s, %(subject)s, %(mandatory)s, %(body)s)"""

# The lock is taken in the transaction that selects: a leader that is frozen or cut off loses its
# transaction, and with it the lock. It is a statement of its own, so that the SELECT's snapshot is
# younger than the lock and never shows what the last leader has just deleted. Held subjects are
# left out in SQL so that they cannot fill a batch and starve the others. Nobody waits for the disk:
# a deletion that a crash undoes is a batch published twice, and consumers drop doubles.
BATCH = """
BEGIN;
SELECT set_config('kota.leading', pg_try_advisory_xact_lock(%(lock)s)::text, true),
  set_config('synchronous_commit', 'off', true);
SELECT current_setting('kota.leading') = 'true' AS leading, batch.* FROM (SELECT 1) one
LEFT JOIN LATERAL (
  SELECT id, event_id, exchange, type, subject, mandatory, body FROM chassis.outbox
  WHERE current_setting('kota.leading') = 'true' AND subject <> ALL(%(held)s::text[])
  ORDER BY id LIMIT %(limit)s) batch ON true"""

# Exact keys, never a range: identity order is not commit order, and a row that commits late with a
# low number would be deleted unpublished.
DELETE = "DELETE FROM chassis.outbox WHERE id = ANY(%(ids)s); COMMIT"

BACKLOG = """
SELECT count(*) AS events, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS age_seconds
FROM (SELECT created_at FROM chassis.outbox ORDER BY id LIMIT 10000) waiting"""


def insert(event_type: EventType, sealed: dict[str, Any]) -> tuple[str, Params]:
    """The statement that puts a sealed envelope into the outbox."""
    return _INSERT, {
        "id": sealed["id"],
        "exchange": event_type.exchange,
        "type": event_type.type,
        "subject": sealed["subject"],
        "mandatory": bool(event_type.consumers),
        "body": jsontext.dumps(sealed),
    }
