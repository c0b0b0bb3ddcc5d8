"""What goes on beside requests in every service process: relay, retries, sealer, housekeeping."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from eventlet import sleep

from services.chassis import idempotency, inbox, metrics, outbox, schema_version, sealer
from services.chassis.background import Loop
from services.chassis.broker import ConfirmingPublisher
from services.chassis.database import Database, Row, heed_database
from services.chassis.direct import direct_calls
from services.chassis.errors import DomainError, Invalid
from services.chassis.health import AdminServer
from services.chassis.relay import NotLeading, Relay
from services.chassis.sealer import Sealer

if TYPE_CHECKING:
    from services.chassis.runtime import Chassis

log = structlog.get_logger(__name__)

OUTBOX_OLD_SECONDS = 30
CHECK_SECONDS = 1.0
NOT_LEADING_SECONDS = 0.03
GATHER_SECONDS = 0.02
HOUSEKEEPING_SECONDS = 600.0
_DATABASE_SIZE = "SELECT pg_database_size(current_database()) AS bytes"


class Keeping:
    """The background loops of one process, on two connections of their own."""

    def __init__(self, chassis: Chassis) -> None:
        self._chassis = chassis
        settings, service = chassis.settings, chassis.contract.service
        self._own = Database(settings.database_url, size=2, pool="background")
        self._relay = Relay(self._own, ConfirmingPublisher(settings.amqp_url))
        self._sealer = Sealer(self._own, service, settings.audit_signing_key, chassis.clock)
        self._relaying = Loop("relay", self._relay_step, 1.0, GATHER_SECONDS)
        self._loops = [
            self._relaying,
            Loop("sealer", self._seal_step, 0.8),
            Loop("retries", self._retry_step, 0.5),
            Loop("checks", self._check_step, CHECK_SECONDS),
            Loop("housekeeping", self._clean_step, HOUSEKEEPING_SECONDS),
        ]
        self._admin = AdminServer(
            settings.admin_host, settings.admin_port, self.checks, direct_calls(chassis)
        )
        self._database_check = "starting"
        self._checked_at = time.monotonic()

    def start(self) -> None:
        """Start all loops and the admin port."""
        self._admin.start()
        for loop in self._loops:
            loop.start(self._chassis.container)

    def stop(self) -> None:
        """Stop them, each after its present step."""
        for loop in self._loops:
            loop.stop()
        self._admin.stop()
        self._own.close()

    def poke_relay(self) -> None:
        """Events were committed."""
        self._relaying.poke()

    def checks(self) -> dict[str, str]:
        """The readiness checks; cheap, since the database was asked in the background."""
        stale = time.monotonic() - self._checked_at > 10 * CHECK_SECONDS
        found = {"database": "no answer" if stale else self._database_check}
        for name, consumer in self._chassis.consumers.items():
            found[f"consumer {name}"] = "ok" if consumer.is_consuming else "not bound"
        return found

    def _relay_step(self) -> bool:
        try:
            published = self._relay.publish_batch()
        except NotLeading:
            metrics.leading(False)
            sleep(NOT_LEADING_SECONDS)
            return True
        metrics.leading(True)
        metrics.events_published(published)
        if not published:
            self._relay.keep_alive()
        return self._relay.is_behind

    def _seal_step(self) -> bool:
        sealed, announced = self._sealer.seal_once()
        if announced:
            self.poke_relay()
        metrics.rows_sealed(sealed)
        return sealed >= self._sealer.batch_size

    def _retry_step(self) -> bool:
        entries = self._chassis.event_entrypoints
        ordered = [n for n, e in entries.items() if e.subscription.ordered]
        with self._own.session() as session:
            values = {"handlers": list(entries), "ordered": ordered}
            due = session.execute(session.render(inbox.DUE, values))
        for row in due:
            self._retry(row)
        return bool(due)

    def _retry(self, row: Row) -> None:
        entry = self._chassis.event_entrypoints[row["handler"]]
        try:
            delivery = entry.read(row["envelope"], tries=row["tries"], resumed=True)
        except Invalid:
            # a newer version wrote it, or the contract changed under it: somebody must look
            log.error("a waiting event cannot be read any more", event_id=str(row["event_id"]))
            with self._own.session() as session:
                session.execute(session.render(inbox.PARK, row))
            return
        entry.work(delivery)

    def _check_step(self) -> bool:
        try:
            self._database_check = self._look()
        except DomainError:
            self._database_check = "away"
        self._checked_at = time.monotonic()
        return False

    def _look(self) -> str:
        service = self._chassis.contract.service
        with self._own.session() as session:
            backlog = session.execute(outbox.BACKLOG)[0]
            heed_database(session)
            counts = session.execute(inbox.COUNTS)
            unsealed = session.execute(sealer.UNSEALED)[0]
            is_known = self._database_check == "ok"
            problem = None if is_known else schema_version.problem(service, session)
        age = float(backlog["age_seconds"])
        metrics.backlog(backlog["events"], age)
        metrics.inbox({(row["handler"], row["state"]): row["rows"] for row in counts})
        metrics.unsealed(unsealed["rows"], self._age_of(unsealed["oldest"]))
        if problem:
            return problem
        if age > OUTBOX_OLD_SECONDS:
            return f"oldest event waits {age:.0f} s"
        return "ok"

    def _age_of(self, moment: datetime | None) -> float:
        """How long ago that was by the city's clock; 0 for never."""
        return 0.0 if moment is None else (self._chassis.clock.now() - moment).total_seconds()

    def _clean_step(self) -> bool:
        with self._own.session() as session:
            for statement in (idempotency.FORGET, inbox.FORGET):
                session.execute(statement)
            metrics.database_size(session.execute(_DATABASE_SIZE)[0]["bytes"])
        return False
