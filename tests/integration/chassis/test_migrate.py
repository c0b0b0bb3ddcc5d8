"""Migrations, and what a service's role may not do."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest
from sqlalchemy.exc import OperationalError

from infra.local.stack import Stack
from services.chassis import migrate as migrate_module
from services.chassis import schema_version
from services.chassis.database import Database
from services.chassis.migrate import migrate
from tests.integration.conftest import Urls


@pytest.mark.parametrize("line", ["registry", "reports", "notify", "permits"])
def test_each_line_twice(make_database: Callable[[str], Urls], line: str) -> None:
    app, owner = make_database(line)
    migrate(line, owner, app)
    database = Database(app, size=1)
    with database.session() as session:
        assert schema_version.problem(line, session) is None
    database.close()


def problem(urls: Urls, monkeypatch: pytest.MonkeyPatch, head: str) -> str | None:
    """What code of that age says of the database."""
    monkeypatch.setattr(schema_version, "head", lambda line: head)
    database = Database(urls[0], size=1)
    with database.session() as session:
        found = schema_version.problem("chassis", session)
    database.close()
    return found


def test_a_missing_migration_is_named(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    found = problem(urls, monkeypatch, "chassis_9999")
    assert found is not None and found.startswith("migrations missing: chassis")


def test_a_newer_database_is_well(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem(urls, monkeypatch, "chassis_0001") is None


def test_code_that_a_database_has_outgrown_is_named(
    urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = "INSERT INTO chassis.oldest_code VALUES ('chassis', 'chassis_0002')"
    with psycopg2.connect(urls[1]) as connection, connection.cursor() as cursor:
        cursor.execute(insert)
    connection.close()
    found = problem(urls, monkeypatch, "chassis_0001")
    assert found is not None and found.startswith("this version is older")


def test_a_release_that_is_taken_back_leaves_a_newer_database_alone(
    make_database: Callable[[str], Urls],
) -> None:
    app, owner = make_database("reports")
    migrate("reports", owner, app)
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE chassis.version_reports SET version_num = 'reports_9999'")
    connection.close()
    migrate("reports", owner, app)


def test_a_lock_is_tried_for_again_and_then_given_up(
    make_database: Callable[[str], Urls], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, owner = make_database("reports")
    migrate("reports", owner, app)
    monkeypatch.setattr(migrate_module, "LOCK_TIMEOUT_MS", 50)
    monkeypatch.setattr(migrate_module, "_REST_SECONDS", 0)
    monkeypatch.setattr(migrate_module, "LOCK_TRIES", 3)
    with psycopg2.connect(owner) as somebody, somebody.cursor() as cursor:
        cursor.execute("LOCK TABLE chassis.version_reports IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate("reports", owner, app)
    somebody.close()
    migrate("reports", owner, app)


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE mine (x int)", "CREATE SCHEMA mine", "CREATE TABLE chassis.mine (x int)",
     "DROP TABLE chassis.outbox", "ALTER TABLE chassis.audit ADD x int"],
)  # fmt: skip
def test_a_service_changes_no_tables(urls: Urls, sql: str) -> None:
    connection = psycopg2.connect(urls[0])
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def test_a_service_enters_no_other_database(servers: Stack) -> None:
    foreign = servers.postgres.urls("notify")[0].removesuffix("notify") + "reports"
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(foreign)
