"""Migrations, and what a service's role may not do."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest

from infra.local.stack import Stack
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
        assert schema_version.missing(line, session) == []
    database.close()


def test_a_missing_migration_is_named(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(urls[0], size=1)
    monkeypatch.setattr(schema_version, "head", lambda line: "chassis_9999")
    with database.session() as session:
        assert schema_version.missing("chassis", session) == ["chassis"]
    database.close()


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


def test_a_service_enters_no_other_database(stack: Stack) -> None:
    foreign = stack.postgres.urls("notify")[0].removesuffix("notify") + "reports"
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(foreign)
