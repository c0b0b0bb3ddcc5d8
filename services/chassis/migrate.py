"""Bring a service's database to the form its code expects.

    MIGRATION_DATABASE_URL=… DATABASE_URL=… python -m services.chassis.migrate reports [notify …]

Run with one service, it reads MIGRATION_DATABASE_URL and DATABASE_URL; with several, the same names
with the service's name in capitals at the end (`DATABASE_URL_REPORTS`).

The owner role migrates; the service's own role only gets rights on the rows. Two lines of
migrations run in order: the chassis', then the service's; each migration is one transaction. A
database that is newer than the code is left as it is, so that a release can be taken back. Whoever
reads and writes meanwhile is not kept waiting: a lock that is not had at once is tried for again,
and an index is built beside them (`create_index`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from alembic import command, op
from alembic.config import Config
from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from services.chassis.schema_version import head, version_table

_SERVICES = Path(__file__).resolve().parent.parent
_MIGRATION_LOCK = 0x6D696772
# everybody queues behind an ALTER TABLE that waits, so it waits only so long at a time
LOCK_TIMEOUT_MS = 2_000
LOCK_TRIES = 30
_REST_SECONDS = 1.0
_ALONE_SECONDS = 0.2
_REQUIRE = """
INSERT INTO chassis.oldest_code (line, head) VALUES (:line, :head)
ON CONFLICT (line) DO UPDATE SET head = excluded.head"""


def app_role() -> str:
    """The role the service itself connects as; only inside a migration."""
    environment = op.get_context().environment_context
    assert environment is not None and environment.config is not None
    return str(environment.config.attributes["app_role"])


def require_code(line: str, head: str) -> None:
    """Say that code older than that migration cannot work with the database any more.

    For migrations that take something away (contract); code of such an age then does not get ready.
    """
    op.execute(text(_REQUIRE).bindparams(line=line, head=head))


def create_index(name: str, on: str) -> None:
    """Build an index while everybody reads and writes its table; only inside a migration.

    on: the table and what follows. It is no part of a transaction, so a migration that builds an
    index does nothing else; interrupted, it begins anew.
    """
    with op.get_context().autocommit_block():
        # one that was not finished is never used, and in the way
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        # it waits for whoever is at work, and nobody waits for it
        op.execute("SET lock_timeout = 0")
        op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {on}")
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def migrate(service: str, owner_url: str, app_url: str) -> None:
    """Run what is missing. Safe to run twice and from two places at once.

    owner_url: connects as the owner of the database. app_url: where the service's role is read
    from. Raises what SQLAlchemy raises if the server is away, or somebody holds a lock for long.
    """
    role = urlsplit(app_url).username or ""
    options = {"options": f"-c lock_timeout={LOCK_TIMEOUT_MS}"}
    engine = create_engine(_for_sqlalchemy(owner_url), poolclass=NullPool, connect_args=options)
    try:
        with engine.connect() as lock, _alone(lock):
            _until_locked(engine, service, role)
    finally:
        engine.dispose()


@contextmanager
def _alone(lock: Connection) -> Iterator[None]:
    """While nobody else migrates this database.

    The lock is asked for again and again: whoever waited for it inside a statement would be waited
    for by the one who has it and builds an index.
    """
    lock = lock.execution_options(isolation_level="AUTOCOMMIT")
    while not lock.scalar(text(f"SELECT pg_try_advisory_lock({_MIGRATION_LOCK})")):
        time.sleep(_ALONE_SECONDS)
    yield


def _until_locked(engine: Engine, service: str, role: str) -> None:
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            return _run(engine, service, role)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable) or not tries_left:
                raise
        print(f"{service}: somebody holds a lock; trying again", flush=True)
        time.sleep(_REST_SECONDS)
    return None


def _run(engine: Engine, service: str, role: str) -> None:
    with engine.begin() as connection:
        _prepare(connection, role)
    for line in ("chassis", service):
        with engine.begin() as connection:
            is_newer = _is_newer(connection, line)
        if not is_newer:
            with engine.connect() as connection:
                command.upgrade(_config(line, connection, role), "head")
            with engine.begin() as connection:
                _protect(connection, version_table(line), role)


def _is_newer(connection: Connection, line: str) -> bool:
    """Whether a later version of the code has been here."""
    table = f"chassis.{version_table(line)}"
    if connection.scalar(text("SELECT to_regclass(:table)"), {"table": table}) is None:
        return False
    applied = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return bool(applied) and str(applied) > (head(line) or "")


def _prepare(connection: Connection, role: str) -> None:
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS chassis"))
    # servers that were once older than 15 let everybody create there
    connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
    for schema in ("chassis", "public"):
        connection.execute(text(f'GRANT USAGE ON SCHEMA {schema} TO "{role}"'))
    for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE")):
        connection.execute(text(f'ALTER DEFAULT PRIVILEGES GRANT {rights} ON {kind} TO "{role}"'))


def _protect(connection: Connection, table: str, role: str) -> None:
    """How far the database is may be read by the service, and said by migrations alone."""
    rights = "INSERT, UPDATE, DELETE, TRUNCATE"
    connection.execute(text(f'REVOKE {rights} ON chassis.{table} FROM "{role}"'))


def _config(line: str, connection: Connection, role: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SERVICES / "chassis" / "migrations"))
    config.set_main_option("version_locations", str(_SERVICES / line / "migrations" / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["app_role"] = role
    config.attributes["version_table"] = version_table(line)
    return config


def _for_sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def main(services: list[str]) -> int:
    """Migrate the named services; print what was done."""
    if not services:
        print(__doc__, file=sys.stderr)
        return 2
    for service in services:
        suffix = f"_{service.upper()}" if len(services) > 1 else ""
        owner_url = os.environ[f"MIGRATION_DATABASE_URL{suffix}"]
        migrate(service, owner_url, os.environ[f"DATABASE_URL{suffix}"])
        print(f"{service}: migrated")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
