"""Check a service's audit: every row as it was sealed, every seal in its place, nothing cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.chassis import seals
from services.chassis.audit import COLUMNS, row_digest
from services.chassis.database import Row, Session

_BATCH = 100
_SEALS = """
SELECT sequence, audit_ids, digest, previous, key_id, signature FROM chassis.audit_seal
WHERE sequence > %(after)s ORDER BY sequence LIMIT %(limit)s"""
_ROWS = f"SELECT {COLUMNS} FROM chassis.audit WHERE id = ANY(%(ids)s)"
_UNSEALED = """
SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(a.at)), 0) AS oldest_seconds
FROM chassis.audit_unsealed u JOIN chassis.audit a ON a.id = u.audit_id"""
_STRAY = """
SELECT a.id FROM chassis.audit a
WHERE NOT EXISTS (SELECT 1 FROM chassis.audit_unsealed u WHERE u.audit_id = a.id)
AND NOT EXISTS (SELECT 1 FROM sealed WHERE sealed.id = a.id) ORDER BY a.id LIMIT 100"""
_GONE = """
SELECT u.audit_id AS id FROM chassis.audit_unsealed u
WHERE NOT EXISTS (SELECT 1 FROM chassis.audit a WHERE a.id = u.audit_id) LIMIT 100"""
_SEALED_IDS = "WITH sealed AS (SELECT unnest(audit_ids) AS id FROM chassis.audit_seal)"
_WITNESSED = """
SELECT sequence, digest FROM chassis.audit_witness WHERE service = %(service)s
ORDER BY sequence DESC LIMIT 1000"""


@dataclass
class Verdict:
    """What was found. `findings` is empty when the audit is whole."""

    service: str
    seals: int = 0
    rows: int = 0
    unsealed_rows: int = 0
    unsealed_seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


def verify(
    service: str, session: Session, keys: seals.PublicKeys, witnesses: Iterable[Session]
) -> Verdict:
    """Recompute the whole chain of `service` and compare it with what the others remember.

    session: the service's database; witnesses: the databases of the others. Works through the
    seals in batches, so memory stays small.
    """
    verdict = Verdict(service)
    heads: dict[int, str] = {}
    previous = seals.FIRST
    for stored in _seals(session):
        _check(verdict, session, keys, stored, previous)
        heads[stored["sequence"]] = previous = stored["digest"]
    verdict.findings += _strays(session)
    for witness in witnesses:
        verdict.findings += _compare(service, witness, heads)
    waiting = session.execute(_UNSEALED)[0]
    verdict.unsealed_rows = waiting["rows"]
    verdict.unsealed_seconds = float(waiting["oldest_seconds"])
    return verdict


def _check(
    verdict: Verdict, session: Session, keys: seals.PublicKeys, stored: Row, previous: str
) -> None:
    number = stored["sequence"]
    verdict.seals += 1
    if number != verdict.seals:
        verdict.findings.append(f"seal {verdict.seals} is missing before seal {number}")
        verdict.seals = number
    if stored["previous"] != previous:
        verdict.findings.append(f"seal {number} does not follow the one before")
    if not keys.verifies(stored["key_id"], stored["digest"], stored["signature"]):
        verdict.findings.append(f"seal {number} has a wrong signature")
    rows = session.execute(session.render(_ROWS, {"ids": stored["audit_ids"]}))
    verdict.rows += len(rows)
    missing = sorted(set(stored["audit_ids"]) - {row["id"] for row in rows})
    if missing:
        verdict.findings.append(f"audit rows {missing} of seal {number} were deleted")
        return
    made = seals.make(
        verdict.service, number, stored["previous"], [(row["id"], row_digest(row)) for row in rows]
    )
    if made.digest != stored["digest"]:
        verdict.findings.append(f"audit rows of seal {number} were changed")


def _seals(session: Session) -> Iterator[Row]:
    after = 0
    while batch := session.execute(session.render(_SEALS, {"after": after, "limit": _BATCH})):
        yield from batch
        after = batch[-1]["sequence"]


def _strays(session: Session) -> Iterator[str]:
    for row in session.execute(_SEALED_IDS + _STRAY):
        yield f"audit row {row['id']} is neither sealed nor waiting for a seal"
    for row in session.execute(_GONE):
        yield f"audit row {row['id']} was deleted before it was sealed"


def _compare(service: str, witness: Session, heads: dict[int, str]) -> Iterator[str]:
    for seen in witness.execute(witness.render(_WITNESSED, {"service": service})):
        if seen["sequence"] not in heads:
            yield f"seal {seen['sequence']} was witnessed and is gone"
        elif heads[seen["sequence"]] != seen["digest"]:
            yield f"seal {seen['sequence']} is not the one that was witnessed"
