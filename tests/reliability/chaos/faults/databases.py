"""One database closed, or the disk of all of them full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from infra.local.stack import Stack
from tests.reliability.chaos.world import Impossible

_CONNECTIONS = """
SELECT datname, count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND usename = datname || '_app' GROUP BY datname"""
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_BLOCK = b"\0" * 65_536


@contextmanager
def superuser(stack: Stack) -> Iterator[Any]:
    """A cursor of the superuser, in autocommit, in the database that belongs to no service."""
    connection = psycopg2.connect(stack.postgres.admin_url(), connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def closed(stack: Stack, service: str) -> Iterator[int]:
    """A database lets nobody in meanwhile, and who was in is thrown out; how many those were."""
    with superuser(stack) as cursor:
        cursor.execute(f'ALTER DATABASE "{service}" ALLOW_CONNECTIONS false')
        try:
            cursor.execute(_END, (service,))
            yield cursor.rowcount
        finally:
            cursor.execute(f'ALTER DATABASE "{service}" ALLOW_CONNECTIONS true')


def connections(stack: Stack) -> dict[str, int]:
    """How many connections each service has."""
    with superuser(stack) as cursor:
        cursor.execute(_CONNECTIONS)
        return dict(cursor.fetchall())


def mount(folder: Path, megabytes: int) -> None:
    """A file system of that size on a folder. Raises Impossible where none can be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Impossible(f"a small file system cannot be mounted here: {error}") from None


def unmount(folder: Path) -> None:
    """Take it away again, with all that is on it."""
    if os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[int]:
    """Not a byte is free on the file system of a folder meanwhile; how many bytes we took."""
    ballast = folder / "ballast"
    try:
        yield _fill(ballast)
    finally:
        ballast.unlink()


def _fill(ballast: Path) -> int:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(_BLOCK) == len(_BLOCK):
            pass
    return ballast.stat().st_size
