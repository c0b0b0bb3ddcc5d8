"""Versions N and N+1 of a service run side by side: first expand, then contract.

N+1 adds a column that it fills and N does not know. Contract makes the column compulsory, which
only code of N+1 and later can work with.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from infra.local.state import ROOT
from tests.client import Client
from tests.reliability.databases import change, column, connected
from tests.reliability.release import Release, present_head
from tests.reliability.test_rolling_restart import check, visited
from tests.waiting import eventually

EXPAND = "ALTER TABLE report ADD COLUMN channel text"
CONTRACT = (
    "UPDATE report SET channel = 'unknown' WHERE channel IS NULL;"
    "ALTER TABLE report ALTER COLUMN channel SET NOT NULL"
)


@pytest.fixture
def next_release(stack: Stack, tmp_path: Path) -> Iterator[Release]:
    """reports in version N+1; afterwards its traces are removed from the shared stack."""
    eventually(stack.is_ready, 60, "readiness")
    release = Release(stack, "reports", tmp_path)
    release.change("repository.py", "INSERT INTO report (id,", "INSERT INTO report (channel, id,")
    release.change(
        "repository.py", "VALUES (%(id)s, %(number)s,", "VALUES ('n+1', %(id)s, %(number)s,"
    )
    yield release
    with connected(stack, "reports", owner=True) as database:
        change(database, "ALTER TABLE report DROP COLUMN IF EXISTS channel")
        change(database, "DELETE FROM chassis.oldest_code WHERE line = 'reports'")
        head = present_head("reports")
        change(database, "UPDATE chassis.version_reports SET version_num = %s", head)
    start(stack)


def start(stack: Stack) -> None:
    """Version N, beside or instead of the next."""
    stack.supervisor.start_process("reports")
    eventually(lambda: stack.process_is_ready("reports"), 60, "readiness of N")


def undo_contract(stack: Stack) -> None:
    """So that N can work again, before the last of N+1 goes."""
    with connected(stack, "reports", owner=True) as database:
        change(database, "ALTER TABLE report ALTER COLUMN channel DROP NOT NULL")
        change(database, "DELETE FROM chassis.oldest_code WHERE line = 'reports'")


def written(stack: Stack, mark: str, by: str) -> int:
    sql = "SELECT id FROM report WHERE description = %s AND coalesce(channel, 'n') = %s"
    with connected(stack, "reports") as database:
        return len(column(database, sql, mark, by))


def test_an_upgrade_fails_no_request(stack: Stack, citizen: Client, next_release: Release) -> None:
    mark = f"uji versi {uuid4()}"
    expanded = next_release.add_migration(EXPAND)
    with visited(stack, citizen, mark) as visitors:
        next_release.migrate()
        with next_release.running():
            eventually(lambda: written(stack, mark, "n") > 4, what="writes of N")
            eventually(lambda: written(stack, mark, "n+1") > 4, what="writes of N+1")
            # N comes back although the database is newer than it
            stack.supervisor.stop_process("reports")
            start(stack)
            before = written(stack, mark, "n")
            eventually(lambda: written(stack, mark, "n") > before, what="writes of N again")
            stack.supervisor.stop_process("reports")
            next_release.add_migration(CONTRACT, besides=f"require_code('reports', '{expanded}')")
            next_release.migrate()
            before = written(stack, mark, "n+1")
            eventually(lambda: written(stack, mark, "n+1") > before + 4, what="writes after it")
            assert refusal_of_the_present_version(stack) == 78
            # contract filled in what N had left open
            assert written(stack, mark, "n") == 0
            undo_contract(stack)
            start(stack)
    check(stack, visitors, mark)


def refusal_of_the_present_version(stack: Stack) -> int:
    """How version N ends that is started on a database that has outgrown it."""
    nameko = str(Path(sys.executable).parent / "nameko")
    done = subprocess.run(
        [nameko, "run", "services.reports.service"],
        env=os.environ | stack.environment("reports"), cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert "older than the database allows" in done.stderr
    return done.returncode
