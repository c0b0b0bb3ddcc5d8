"""PostgreSQL's own tools: out of a database and into one, as streams."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from psycopg2.extensions import make_dsn, parse_dsn

from infra.kota.backup.sealing import read_from
from infra.local.packages import postgres_bin

_CHUNK = 65_536
# what the owner has, its default privileges too: all of it is in the dump, and privileges that were
# granted by default would stay beside those of the dump
_EMPTY = b"BEGIN;\nSET lock_timeout = '10s';\nDROP OWNED BY CURRENT_USER;\n"


class ToolFailed(Exception):
    """pg_dump, pg_restore or psql ended badly; the message is what it said."""


@contextmanager
def dumped(owner_url: str, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of a database as it was at a snapshot. Raises ToolFailed at the end."""
    command = ["--format=custom", f"--snapshot={snapshot}", "--no-password"]
    with _running("pg_dump", command, owner_url) as process:
        yield process.stdout


def load(owner_url: str, write: Callable[[IO[bytes]], None], last: str) -> None:
    """Replace all that is in a database by a dump, in one transaction.

    write: writes the dump to what it is given; if it raises, that is raised, and the database is
    as it was. last: a script that runs at the end of the transaction. Raises ToolFailed.
    """
    quiet = ["-X", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "-f", "-"]
    with _running("psql", quiet, owner_url) as psql:
        _feed(psql, _EMPTY)
        read_from(write, lambda dump: _translate(dump, psql))
        _feed(psql, f"\n{last};\nCOMMIT;\n".encode())


def version() -> str:
    """What pg_dump says of itself."""
    done = subprocess.run(
        [_tool("pg_dump"), "--version"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _translate(dump: IO[bytes], psql: Any) -> None:
    """From the archive into SQL, which psql runs."""
    command = ["--no-owner", "--file=-"]
    with _running("pg_restore", command, None, stdin=dump) as process:
        while chunk := process.stdout.read(_CHUNK):
            _feed(psql, chunk)


def _feed(psql: Any, data: bytes) -> None:
    try:
        psql.stdin.write(data)
        psql.stdin.flush()
    except BrokenPipeError:
        raise ToolFailed("psql ended early") from None


@contextmanager
def _running(
    name: str, arguments: list[str], url: str | None, stdin: Any = subprocess.PIPE
) -> Iterator[Any]:
    """A tool at work; it is killed if the context ends by an exception."""
    environment = dict(os.environ)
    if url is not None:
        server = parse_dsn(url)
        # on the command line others could read it
        environment["PGPASSWORD"] = server.pop("password", "")
        arguments = [*arguments, f"--dbname={make_dsn(**server)}"]
    with TemporaryFile() as said:
        process = subprocess.Popen(
            [_tool(name), *arguments],
            stdin=stdin, stdout=subprocess.PIPE, stderr=said, env=environment,
        )  # fmt: skip
        try:
            yield process
            process.communicate()
        except BaseException as problem:
            process.kill()
            process.communicate()
            if isinstance(problem, ToolFailed):
                raise ToolFailed(f"{problem}: {_words(said)}") from None
            raise
        if process.returncode != 0:
            raise ToolFailed(f"{name} failed: {_words(said)}")


def _words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read(4_000).decode(errors="replace").strip()


def _tool(name: str) -> str:
    beside_the_server = postgres_bin()
    if beside_the_server and (beside_the_server / name).exists():
        return str(beside_the_server / name)
    found = shutil.which(name)
    if found is None:
        raise ToolFailed(f"{name} is not there; install PostgreSQL's client programs")
    return str(Path(found))
