"""One command, one transaction, two round trips, once per key."""

from __future__ import annotations

import threading
from typing import Any

import psycopg2
import pytest

from services.chassis.database import Database, Params, Session
from services.chassis.errors import Busy, Conflict, DatabaseAway, IdempotencyKeyReused
from services.chassis.idempotency import IdempotencyClaim, Replayed
from services.chassis.unit_of_work import UnitOfWork
from tests.integration.chassis.sample import MADE
from tests.integration.conftest import Urls


def command(database: Database, key: str, body: dict[str, Any]) -> Any:
    """A command that reads, writes, emits and audits."""
    with database.session() as session:
        claim = IdempotencyClaim("somebody", "op", key, body)
        work = UnitOfWork(session, claim=claim)
        try:
            row = work.first("SELECT count(*) AS before FROM chassis.outbox")
            work.emit(MADE, "subject", 1, {"value": 1})
            work.audit("did", "subject")
            work.commit(answer := {"before": row["before"] if row else None})
        except Replayed as replayed:
            return replayed.answer
    return answer


def rows(database: Database, table: str) -> int:
    with database.session() as session:
        count: int = session.execute(f"SELECT count(*) AS n FROM chassis.{table}")[0]["n"]
    return count


def test_a_command_takes_two_round_trips(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[str] = []
    execute = Session.execute

    def counted(self: Session, script: str, params: Params | None = None) -> Any:
        trips.append(script)
        return execute(self, script, params)

    monkeypatch.setattr(Session, "execute", counted)
    command(database, "k", {})
    assert len(trips) == 2
    assert trips[0].startswith("BEGIN") and trips[1].endswith("COMMIT")


def test_the_same_key_has_one_effect_and_one_answer(database: Database) -> None:
    first = command(database, "k", {"a": 1})
    assert command(database, "k", {"a": 1}) == first
    assert rows(database, "outbox") == rows(database, "audit") == 1
    with pytest.raises(IdempotencyKeyReused):
        command(database, "k", {"a": 2})
    assert rows(database, "outbox") == 1


def test_two_at_once_with_one_key(database: Database) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(command(database, "k", {})))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"before": 0}] * 8
    assert rows(database, "outbox") == 1


def test_a_failure_leaves_nothing(database: Database) -> None:
    with database.session() as session:
        work = UnitOfWork(session, claim=IdempotencyClaim("somebody", "op", "k", {}))
        work.emit(MADE, "subject", 1, {"value": 1})
        work.write("INSERT INTO chassis.audit_unsealed VALUES (%(n)s), (%(n)s)", {"n": 1})
        with pytest.raises(Conflict):
            work.commit({})
    assert [rows(database, t) for t in ("outbox", "idempotency", "audit_unsealed")] == [0, 0, 0]
    assert command(database, "k", {}) == {"before": 0}


def test_a_dead_pooled_connection_is_replaced(database: Database, urls: Urls) -> None:
    command(database, "before", {})
    terminate(urls)
    assert command(database, "after", {}) == {"before": 1}


def test_a_connection_that_dies_in_the_middle_is_told(database: Database, urls: Urls) -> None:
    with database.session() as session:
        work = UnitOfWork(session)
        work.first("SELECT 1 AS one")
        terminate(urls)
        work.emit(MADE, "subject", 1, {"value": 1})
        with pytest.raises(DatabaseAway):
            work.commit()
    assert rows(database, "outbox") == 0


@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE", "UPDATE"])
@pytest.mark.parametrize("table", ["audit", "audit_seal", "audit_witness"])
def test_the_service_cannot_change_its_trace(database: Database, verb: str, table: str) -> None:
    ends = {"UPDATE": f"UPDATE chassis.{table} SET {_column(table)} = {_column(table)}"}
    sql = ends.get(verb, f"{verb} chassis.{table}")
    with database.session() as session, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        session.execute(sql)


def _column(table: str) -> str:
    return "action" if table == "audit" else "digest"


def terminate(urls: Urls) -> None:
    """Cut all connections of the service's role."""
    connection = psycopg2.connect(urls[0])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def test_who_gets_a_connection_too_late_gives_it_back(database: Database) -> None:
    def too_late() -> None:
        raise Busy()

    with pytest.raises(Busy), database.session(too_late) as session:
        session.execute("SELECT 1")
    # the pool has none to lose
    for _ in range(20):
        with pytest.raises(Busy), database.session(too_late) as session:
            session.render("SELECT %(a)s", {"a": 1})
    assert rows(database, "outbox") == 0
