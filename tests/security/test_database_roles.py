"""Each service's database role tries on the real PostgreSQL what it may not do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

from infra.local.stack import Stack
from infra.local.state import SERVICES

APPEND_ONLY = {name: ["chassis.audit", "chassis.audit_seal", "chassis.audit_witness"]
               for name in SERVICES}  # fmt: skip
APPEND_ONLY["reports"].append("public.report_history")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cursor(stack: Stack, service: str) -> Iterator[Any]:
    """As the service's own role."""
    connection = psycopg2.connect(stack.postgres.urls(service)[0])
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


@pytest.mark.parametrize("role", [0, 1], ids=["app", "owner"])
def test_no_other_database_can_be_entered(stack: Stack, service: str, role: int) -> None:
    url = urlsplit(stack.postgres.urls(service)[role])
    for other in {*SERVICES, "postgres", "template1"} - {service}:
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            psycopg2.connect(urlunsplit(url._replace(path=f"/{other}")))


def test_what_is_written_down_stays(cursor: Any, service: str) -> None:
    for table in APPEND_ONLY[service]:
        column = {"public.report_history": "action"}.get(table, "at")
        column = {"chassis.audit_seal": "digest", "chassis.audit_witness": "digest"}.get(
            table, column
        )
        for statement in (
            f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}",
            f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}",
        ):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT')", (table,))
        assert cursor.fetchone() == (True,)


def test_the_role_owns_nothing_and_makes_nothing(cursor: Any) -> None:
    for statement in (
        "CREATE TABLE public.mine (id int)", "CREATE TABLE chassis.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)", "CREATE SCHEMA mine",
        "CREATE EXTENSION citext", "CREATE ROLE mine", "CREATE DATABASE mine",
        "ALTER TABLE chassis.outbox ADD COLUMN mine int", "DROP TABLE chassis.outbox",
        "TRUNCATE chassis.outbox", "UPDATE chassis.version_chassis SET version_num = 'x'",
        "SELECT * FROM pg_authid", "SELECT pg_read_file('PG_VERSION')",
        "COPY chassis.outbox TO PROGRAM 'true'", "SET ROLE postgres",
    ):  # fmt: skip
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_every_table_of_the_chassis_has_just_these_rights(cursor: Any, service: str) -> None:
    cursor.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE"
        " schemaname NOT IN ('pg_catalog', 'information_schema')"
        " AND (has_table_privilege(schemaname || '.' || tablename, 'TRUNCATE')"
        " OR has_table_privilege(schemaname || '.' || tablename, 'TRIGGER')"
        " OR tableowner = current_user)"
    )
    assert cursor.fetchall() == []


def test_forgotten_transactions_end(cursor: Any) -> None:
    cursor.execute("SHOW idle_in_transaction_session_timeout")
    assert cursor.fetchone() == ("1min",)
