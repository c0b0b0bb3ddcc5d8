"""A service's own PostgreSQL: pooled psycopg2 connections in autocommit, so that *we* decide what
travels together in one round trip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg2
from psycopg2 import errors as pg
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from services.chassis import metrics
from services.chassis.clock import PROCESS_TIME
from services.chassis.errors import Conflict, DatabaseAway

Params = Mapping[str, Any]
Row = dict[str, Any]

STATEMENT_TIMEOUT_MS = 4_000
_OPTIONS = (
    f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=3000"
    " -c idle_in_transaction_session_timeout=15000 -c jit=off -c timezone=UTC"
    " -c client_min_messages=error"
)


def connect(url: str) -> Any:
    """A new connection in autocommit. Raises psycopg2.OperationalError if the server is away."""
    connection = psycopg2.connect(
        url,
        connect_timeout=3,
        options=_OPTIONS,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )
    connection.autocommit = True
    return connection


class Database:
    """A bounded pool of connections.

    size: how many connections at most. wait_seconds: how long to wait for a free one before
    DatabaseAway is raised. pool: its name in the metrics.
    """

    def __init__(
        self, url: str, *, size: int = 10, wait_seconds: float = 2.0, pool: str = "requests"
    ) -> None:
        self._name = pool
        self._pool = QueuePool(
            lambda: connect(url),
            pool_size=size,
            max_overflow=0,
            timeout=wait_seconds,
            reset_on_return=None,
            # who was used last knows the tables and plans; the others stay small
            use_lifo=True,
        )
        metrics.watch_pool(pool, size, lambda: self._pool.checkedout())

    @contextmanager
    def session(self, at_first: Callable[[], None] = lambda: None) -> Iterator[Session]:
        """Borrow a connection at the first statement; at the end what is open is rolled back.

        at_first: called when the connection is there; what it raises ends the session.
        """
        session = Session(self, at_first)
        try:
            yield session
        finally:
            session.release()

    def acquire(self) -> PoolProxiedConnection:
        """A connection of the pool. Raises DatabaseAway."""
        try:
            with metrics.connection_wanted(self._name):
                return self._pool.connect()
        except (psycopg2.Error, PoolTimeout) as error:
            reason = "busy" if isinstance(error, PoolTimeout) else "away"
            metrics.connection_refused(self._name, reason)
            raise DatabaseAway() from error

    def forget_connections(self) -> None:
        """Close all idle connections: one was found dead, so the others probably are."""
        old, self._pool = self._pool, self._pool.recreate()
        old.dispose()

    def close(self) -> None:
        """Close the pool."""
        self._pool.dispose()


class Session:
    """One borrowed connection. Every call is exactly one round trip."""

    def __init__(self, database: Database, at_first: Callable[[], None]) -> None:
        self._database = database
        self._at_first = at_first
        self._lease: PoolProxiedConnection | None = None
        self._untouched = True

    def render(self, sql: str, params: Params) -> str:
        """The statement with its values filled in and quoted by the driver."""
        with self._connection().cursor() as plain:
            rendered: bytes = plain.mogrify(sql, params)
        return rendered.decode()

    def execute(self, script: str, params: Params | None = None) -> list[Row]:
        """Run one or more statements in one round trip; return the rows of the last one.

        Raises DatabaseAway when the server is away, too slow, or gave up for a lock; Conflict when
        a constraint says that the thing exists already.
        """
        try:
            return self._run(script, params)
        except pg.UniqueViolation as error:
            raise Conflict() from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            return self._run_again(script, params, error)

    def _run(self, script: str, params: Params | None) -> list[Row]:
        connection = self._connection()
        try:
            with connection.cursor() as opened:
                opened.execute(script, params)
                rows = _named(opened)
        except psycopg2.Error:
            raise
        except BaseException:
            # a timeout struck in the middle: what the connection is doing now is unknown
            self._discard()
            raise
        self._untouched = False
        return rows

    def _run_again(self, script: str, params: Params | None, error: Exception) -> list[Row]:
        if not (self._is_dead() and self._untouched):
            raise DatabaseAway() from error
        # the pooled connection had died before; nothing of ours was under way
        self._discard()
        self._database.forget_connections()
        try:
            return self._run(script, params)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as again:
            raise DatabaseAway() from again

    def _connection(self) -> Any:
        if self._lease is None:
            self._lease = self._database.acquire()
            if self._untouched:
                self._at_first()
        return self._lease.dbapi_connection

    def _is_dead(self) -> bool:
        return self._lease is not None and bool(self._connection().closed)

    def _discard(self) -> None:
        if self._lease is not None:
            self._lease.invalidate()
            self._lease = None

    def release(self) -> None:
        """Give the connection back, rolling back what was not committed."""
        if self._is_dead():
            self._discard()
        if self._lease is None:
            return
        try:
            if self._connection().info.transaction_status != TRANSACTION_STATUS_IDLE:
                self._run("ROLLBACK", None)
        except psycopg2.Error:
            self._discard()
        if self._lease is not None:
            self._lease.close()
            self._lease = None


def _named(done: Any) -> list[Row]:
    """What a cursor found; its dict cursors set each value by a call of Python's."""
    if not done.description:
        return []
    names = [column.name for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def heed_database(session: Session) -> None:
    """Keep this process to the time of its database. Raises DatabaseAway.

    The session has been used: to connect would seem to be a part of the answer's delay.
    """
    asked = monotonic()
    PROCESS_TIME.heed(session.execute("SELECT clock_timestamp() AS now")[0]["now"], asked)
