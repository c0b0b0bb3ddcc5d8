"""A tester's hands inside the databases: to look, to hold a lock, to break something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from infra.local.stack import Stack
from services.chassis.outbox import RELAY_LOCK


@contextmanager
def connected(stack: Stack, service: str, *, owner: bool = False) -> Iterator[Any]:
    """A connection in autocommit, as the service or as the owner of its database."""
    connection = psycopg2.connect(stack.postgres.urls(service)[1 if owner else 0])
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def relay_held(stack: Stack, service: str) -> Iterator[Any]:
    """Nobody can publish events of `service` meanwhile: we hold the leader's lock."""
    with connected(stack, service) as connection:
        connection.cursor().execute("SELECT pg_advisory_lock(%s)", (RELAY_LOCK,))
        yield connection


def column(connection: Any, sql: str, *values: Any) -> list[Any]:
    """The first column of a query's rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def change(connection: Any, sql: str, *values: Any) -> None:
    """Run a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
