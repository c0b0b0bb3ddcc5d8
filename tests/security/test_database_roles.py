"""Each service's database role tries on the real PostgreSQL what it may not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

from infra.local.stack import Stack
from infra.local.state import ROOT, SERVICES

README = (ROOT / "infra" / "postgres" / "README.md").read_text()
# (tables, rights of the service's role) of each row that names tables
ROWS = [
    (set(re.findall(r"`([^`]+)`", tables)), set(rights.upper().split(", ")))
    for tables, rights in re.findall(r"^\| (`\w+\.\S.*?) \| (.*?) \|", README, re.MULTILINE)
]
OTHERS = set(re.findall(r"^\| every other table \| (.*?) \|", README, re.M)[0].upper().split(", "))


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
    for table in tables(cursor):
        if documented(table) != {"SELECT", "INSERT"}:
            continue
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        column = cursor.description[-1].name  # the first may be an identity
        for statement in (
            f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}",
            f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}",
        ):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_the_table_of_rights_is_true(cursor: Any, service: str) -> None:
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    asked = ", ".join(f"has_table_privilege(%(table)s, '{kind}')" for kind in kinds)
    found = {}
    for table in tables(cursor):
        cursor.execute(f"SELECT {asked}", {"table": table})
        found[table] = {kind for kind, has in zip(kinds, cursor.fetchone(), strict=True) if has}
    assert found == {table: documented(table) for table in found}
    assert {"chassis.audit", "chassis.outbox", "chassis.version_chassis"} <= set(found)
    documented_names = {name.replace("*", service) for names, _ in ROWS for name in names}
    own = {one for one in documented_names if service == "reports" or "report_history" not in one}
    assert own <= set(found)


def tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall()]


def documented(table: str) -> set[str]:
    """What README.md says that the service's role may do with the rows of a table."""
    return next(
        (rights for names, rights in ROWS if any(fnmatch(table, name) for name in names)),
        OTHERS,
    )


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


def test_the_role_owns_no_table(cursor: Any) -> None:
    cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
    assert cursor.fetchone() == (0,)


def test_its_bounds_are_as_they_stand_there(cursor: Any) -> None:
    row = next(line for line in README.splitlines() if line.startswith("| bounds |"))
    for setting in ("statement", "lock", "idle_in_transaction_session"):
        cursor.execute(f"SHOW {setting}_timeout")
        words = {"idle_in_transaction_session": "idle in a transaction"}.get(setting, setting)
        assert f"{words} {cursor.fetchone()[0]}" in row
