"""One round trip at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg2
from eventlet.db_pool import RawConnectionPool
from psycopg2.extras import RealDictCursor


class Database:
    """A pool of connections."""

    def __init__(self, url: str, size: int = 10) -> None:
        self._pool = RawConnectionPool(
            psycopg2, dsn=url, cursor_factory=RealDictCursor, max_size=size, max_idle=600,
            max_age=600,
        )  # fmt: skip

    def borrow(self) -> Any:
        """A context: a connection, in autocommit."""
        return _Borrowed(self._pool)


class _Borrowed:
    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def __enter__(self) -> _Borrowed:
        self._connection = self._pool.get()
        if not self._connection.autocommit:
            self._connection.autocommit = True
        return self

    def __exit__(self, *_error: Any) -> None:
        self._pool.put(self._connection)

    def run(self, sql: str, values: Mapping[str, Any]) -> list[Any]:
        """Statements in one round trip; the rows of the last."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
