"""Whoever edits, deletes or cuts off the trace is found out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from infra.local.state import State
from infra.vault import identity
from services.chassis import envelope, seals
from services.chassis.audit_verify import Verdict, verify
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.clock import FixedClock
from services.chassis.database import Database
from services.chassis.sealer import Sealer, record_witness
from services.chassis.unit_of_work import UnitOfWork
from tests.integration.conftest import Urls

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Trace:
    """A service's audit, its sealer, and another service that witnesses."""

    def __init__(self, urls: Urls, witness: Urls, folder: Path) -> None:
        self.state = State(folder)
        self.state.prepare()
        identity.make_keys(self.state)
        self.owner = psycopg2.connect(urls[1])
        self.owner.autocommit = True
        self.database, self.witness = Database(urls[0], size=2), Database(witness[0], size=1)
        self.clock = FixedClock(NOON)
        key = self.state.secret("audit_reports.json")
        self.sealer = Sealer(self.database, "reports", key, self.clock)

    def deed(self) -> None:
        with self.database.session() as session:
            work = UnitOfWork(session, clock=self.clock)
            work.audit("did", "something")
            work.commit()

    def seal(self) -> tuple[int, bool]:
        sealed = self.sealer.seal_once()
        self.clock.move(timedelta(seconds=11))
        return sealed

    def announce(self) -> None:
        """Carry what was announced to the witness."""
        for body in self.column("SELECT body FROM chassis.outbox"):
            event = envelope.open_envelope(body, {SEAL_MADE.type: SEAL_MADE})
            with self.witness.session() as session:
                work = UnitOfWork(session, clock=self.clock)
                record_witness(work, event, "notify")
                work.commit()

    def attack(self, sql: str) -> None:
        """As somebody who owns the database."""
        self.owner.cursor().execute(sql)

    def column(self, sql: str) -> list[str]:
        with self.owner.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]

    def verdict(self) -> Verdict:
        keys = seals.PublicKeys(self.state.key("audit_jwks.json"))
        with self.database.session() as own, self.witness.session() as other:
            return verify("reports", own, keys, [other])

    def close(self) -> None:
        self.owner.close()
        self.database.close()
        self.witness.close()


@pytest.fixture
def trace(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Trace]:
    """Three seals over six deeds, all announced and witnessed."""
    trace = Trace(make_database("chassis"), make_database("chassis"), tmp_path)
    for _ in range(3):
        trace.deed()
        trace.deed()
        trace.seal()
    trace.announce()
    yield trace
    trace.close()


def test_a_whole_trace(trace: Trace) -> None:
    trace.deed()
    verdict = trace.verdict()
    assert (verdict.seals, verdict.rows, verdict.unsealed_rows) == (3, 6, 1)
    assert verdict.findings == []


@pytest.mark.parametrize(
    ("attack", "finding"),
    [
        ("UPDATE chassis.audit SET actor = 'nobody' WHERE id = 3", "changed"),
        ("DELETE FROM chassis.audit WHERE id = 4", "deleted"),
        ("UPDATE chassis.audit_seal SET audit_ids = '{3}' WHERE sequence = 2", "changed"),
        ("DELETE FROM chassis.audit_seal WHERE sequence = 2", "missing"),
        ("DELETE FROM chassis.audit_seal WHERE sequence = 3", "witnessed and is gone"),
        ("UPDATE chassis.audit_seal SET signature = 'AAAA' WHERE sequence = 1", "signature"),
        ("UPDATE chassis.audit_seal SET digest = previous WHERE sequence = 3", "not the one"),
        (
            "INSERT INTO chassis.audit (at, actor, role, action, subject, purpose, request_id)"
            " VALUES (now(), 'x', 'x', 'x', 'x', 'x', 'x')",
            "neither sealed nor waiting",
        ),
    ],
)
def test_every_attack_is_found(trace: Trace, attack: str, finding: str) -> None:
    trace.attack(attack)
    assert any(finding in found for found in trace.verdict().findings)


def test_cutting_off_the_end_with_its_rows(trace: Trace) -> None:
    trace.attack("DELETE FROM chassis.audit WHERE id >= 5")
    trace.attack("DELETE FROM chassis.audit_seal WHERE sequence = 3")
    assert trace.verdict().findings == ["seal 3 was witnessed and is gone"]


def test_deleting_before_the_seal(trace: Trace) -> None:
    trace.deed()
    trace.attack("DELETE FROM chassis.audit WHERE id = 7")
    assert "deleted before it was sealed" in trace.verdict().findings[0]


def test_a_row_that_commits_late_is_sealed_later(trace: Trace) -> None:
    with trace.database.session() as late, trace.database.session() as _:
        work = UnitOfWork(late, clock=trace.clock)
        work.first("SELECT nextval('chassis.audit_id_seq')")
        work.audit("late", "something")
        late.execute(work._writes.pop())
        trace.deed()
        assert trace.seal()[0] == 1
        work.commit()
    assert trace.seal()[0] == 1
    assert trace.verdict().findings == []


def test_heads_are_announced_at_most_every_ten_seconds(trace: Trace) -> None:
    trace.deed()
    assert trace.sealer.seal_once() == (1, True)
    trace.deed()
    assert trace.sealer.seal_once() == (1, False)
    trace.clock.move(timedelta(seconds=11))
    assert trace.sealer.seal_once() == (0, True)
    assert trace.sealer.seal_once() == (0, False)


def test_events_name_ids_and_digests_only(trace: Trace) -> None:
    (body, *_) = trace.column("SELECT body FROM chassis.outbox ORDER BY id")
    assert set(json.loads(body)["data"]) == {"service", "sequence", "digest"}
