"""The sealer chains committed audit rows into signed seals, within a second or so.

It takes rows by their exact ids from `audit_unsealed`, so a row that commits late is never passed
over. The newest seal is announced to the other services, who keep it: what they remember cannot be
cut off here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.chassis import seals
from services.chassis.audit import COLUMNS, row_digest
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.clock import Clock
from services.chassis.database import Database, Row
from services.chassis.envelope import Event
from services.chassis.unit_of_work import UnitOfWork

ANNOUNCE_SECONDS = 10.0
_SEAL_LOCK = 0x7365616C

_NEXT = f"""
SELECT set_config('kota.sealing', pg_try_advisory_xact_lock({_SEAL_LOCK})::text, true)"""

_ROWS = f"""
SELECT {COLUMNS} FROM chassis.audit WHERE id IN (
  SELECT audit_id FROM chassis.audit_unsealed WHERE current_setting('kota.sealing') = 'true'
  ORDER BY audit_id LIMIT %(limit)s)"""

UNSEALED = """
SELECT count(*) AS rows, min(at) AS oldest FROM chassis.audit WHERE id IN (
  SELECT audit_id FROM chassis.audit_unsealed ORDER BY audit_id LIMIT 10000)"""

_HEAD = """
SELECT head.*, announced.at AS announced_at, announced.sequence AS announced FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT sequence, digest, sealed_at FROM chassis.audit_seal
                   ORDER BY sequence DESC LIMIT 1) head ON true
LEFT JOIN chassis.audit_announced announced ON true"""

_SEAL = """
INSERT INTO chassis.audit_seal (sequence, audit_ids, digest, previous, sealed_at, key_id, signature)
VALUES (%(sequence)s, %(ids)s, %(digest)s, %(previous)s, %(at)s, %(key_id)s, %(signature)s)"""

_SEALED = "DELETE FROM chassis.audit_unsealed WHERE audit_id = ANY(%(ids)s)"

_ANNOUNCED = "UPDATE chassis.audit_announced SET sequence = %(sequence)s, at = %(at)s"

_WITNESS = """
INSERT INTO chassis.audit_witness (service, sequence, digest, witnessed_at)
VALUES (%(service)s, %(sequence)s, %(digest)s, %(at)s) ON CONFLICT DO NOTHING"""


class Sealer:
    """Seals the audit of one service; several processes may try, one at a time does."""

    batch_size = 1_000

    def __init__(self, database: Database, service: str, key_file: Path, clock: Clock) -> None:
        self._database = database
        self._service = service
        self._key = seals.SigningKey(key_file)
        self._clock = clock

    def seal_once(self) -> tuple[int, bool]:
        """Seal what waits (at most `batch_size` rows); return (rows sealed, seal announced).

        Raises DatabaseAway; then nothing was sealed.
        """
        with self._database.session() as session:
            work = UnitOfWork(session, clock=self._clock)
            work.all(_NEXT)
            rows = work.all(_ROWS, {"limit": self.batch_size})
            head = work.first(_HEAD) or {}
            if rows:
                head |= self._seal(work, rows, head)
            announced = self._announce(work, head)
            if rows or announced:
                work.commit()
        return len(rows), announced

    def _seal(self, work: UnitOfWork, rows: list[Row], head: Row) -> dict[str, Any]:
        seal = seals.make(
            self._service,
            (head["sequence"] or 0) + 1,
            head["digest"] or seals.FIRST,
            [(row["id"], row_digest(row)) for row in rows],
        )
        values = {
            "sequence": seal.sequence,
            "ids": list(seal.audit_ids),
            "digest": seal.digest,
            "previous": seal.previous,
            "at": self._clock.now(),
            "key_id": self._key.key_id,
            "signature": self._key.sign(seal.digest),
        }
        work.write(_SEAL, values)
        work.write(_SEALED, values)
        return {"sequence": seal.sequence, "digest": seal.digest}

    def _announce(self, work: UnitOfWork, head: Row) -> bool:
        if not head["sequence"] or head["announced"] == head["sequence"]:
            return False
        now = self._clock.now()
        if (now - head["announced_at"]).total_seconds() < ANNOUNCE_SECONDS:
            return False
        data = {
            "service": self._service,
            "sequence": head["sequence"],
            "digest": head["digest"],
        }
        work.emit(SEAL_MADE, self._service, head["sequence"], data)
        work.write(_ANNOUNCED, {"sequence": head["sequence"], "at": now})
        return True


def record_witness(work: UnitOfWork, event: Event, own_service: str) -> None:
    """Keep the seal of another service; one's own is nothing to witness.

    It is the subject's: that nobody else said so is known when the event comes in (`events.py`).
    """
    if event.subject != own_service:
        kept = {**event.data, "service": event.subject, "at": work.clock.now()}
        work.write(_WITNESS, kept)
