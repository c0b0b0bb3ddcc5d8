"""The relay moves events from the outbox to the broker. Each process has one; one at a time leads.

See DESIGN promise 1 and `outbox.py` for why it locks, selects and deletes as it does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import structlog

from services.chassis import metrics, outbox
from services.chassis.broker import ConfirmingPublisher, Outgoing
from services.chassis.database import Database, Row

log = structlog.get_logger(__name__)

BATCH_SIZE = 200
# shorter than the server's idle_in_transaction_session_timeout (15 s): a leader that was frozen
# finds out before it publishes what another may have published meanwhile
LEADER_SECONDS = 10.0
HOLD_FIRST_SECONDS = 0.5
HOLD_MAX_SECONDS = 30.0


class NotLeading(Exception):
    """Another process publishes at the moment."""


class Relay:
    """Publishes batches of the outbox. Not safe for two threads at once."""

    def __init__(self, database: Database, publisher: ConfirmingPublisher) -> None:
        self._database = database
        self._publisher = publisher
        self._held: dict[str, tuple[float, float]] = {}
        self.is_behind = False

    def publish_batch(self) -> int:
        """Publish up to BATCH_SIZE events; return how many left the outbox.

        is_behind then says whether as many as that were waiting, and therefore perhaps more.
        Raises NotLeading, BrokerAway, DatabaseAway; then nothing is lost, and what had been
        published already is published again (consumers drop doubles).
        """
        with self._database.session() as session:
            began = time.monotonic()
            rows = session.execute(session.render(outbox.BATCH, self._parameters()))
            if not rows[0]["leading"]:
                raise NotLeading()
            self.is_behind = len(rows) == BATCH_SIZE
            gone = [
                row["id"]
                for wave in _waves([row for row in rows if row["id"] is not None])
                for row in self._publish(wave, began)
            ]
            if gone:
                session.execute(session.render(outbox.DELETE, {"ids": gone}))
        return len(gone)

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats while there is nothing to do."""
        self._publisher.keep_alive()

    def _parameters(self) -> dict[str, Any]:
        now = time.monotonic()
        held = [subject for subject, (until, _delay) in self._held.items() if until > now]
        return {"lock": outbox.RELAY_LOCK, "held": held, "limit": BATCH_SIZE}

    def _publish(self, wave: list[Row], began: float) -> list[Row]:
        if time.monotonic() - began > LEADER_SECONDS:
            raise NotLeading()
        now = time.monotonic()
        wave = [row for row in wave if self._held.get(row["subject"], (0.0,))[0] <= now]
        if not wave:
            return []
        taken = self._publisher.publish([_outgoing(row) for row in wave])
        for row, ok in zip(wave, taken, strict=True):
            if ok:
                self._held.pop(row["subject"], None)
            else:
                self._hold(row)
        return [row for row, ok in zip(wave, taken, strict=True) if ok]

    def _hold(self, row: Row) -> None:
        """Nobody took the event: hold back its aggregate, and only that."""
        _until, delay = self._held.get(row["subject"], (0.0, HOLD_FIRST_SECONDS / 2))
        delay = min(delay * 2, HOLD_MAX_SECONDS)
        self._held[row["subject"]] = (time.monotonic() + delay, delay)
        metrics.event_returned()
        log.warning("event reached no queue", event_type=row["type"], retry_seconds=delay)


def _outgoing(row: Row) -> Outgoing:
    return Outgoing(
        exchange=row["exchange"],
        routing_key=row["type"],
        body=row["body"],
        message_id=str(row["event_id"]),
        mandatory=row["mandatory"],
    )


def _waves(rows: list[Row]) -> Iterator[list[Row]]:
    """Split a batch so that a wave holds at most one event per aggregate.

    A later event of an aggregate is sent only when the broker has taken the earlier one.
    """
    while rows:
        wave: dict[str, Row] = {}
        rest: list[Row] = []
        for row in rows:
            if row["subject"] in wave:
                rest.append(row)
            else:
                wave[row["subject"]] = row
        # the broker remembers only the last dozen answers to "may it publish this type?"
        yield sorted(wave.values(), key=itemgetter("type"))
        rows = rest
