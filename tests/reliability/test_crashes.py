"""Processes and the database die at the worst moment; see also test_chaos.py."""

from __future__ import annotations

import signal
import threading

import pytest

from infra.local.stack import Stack
from tests.client import Client
from tests.reliability.databases import change, column, connected
from tests.reliability.journal import Journal
from tests.waiting import eventually


@pytest.fixture
def journal(stack: Stack, citizen: Client) -> Journal:
    """An empty journal on a stack that has settled."""
    journal = Journal(stack, citizen)
    eventually(stack.is_ready, 60, "readiness")
    return journal


@pytest.mark.parametrize("table", ["chassis.inbox", "notification"])
def test_notify_dies_in_a_handler(stack: Stack, journal: Journal, table: str) -> None:
    """Before anything was written, and while the commit was on its way to the server."""
    with connected(stack, "notify", owner=True) as database:
        change(database, "BEGIN")
        change(database, f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        journal.post()
        eventually(lambda: _blocked(stack), what="a handler at work")
        stack.kill("notify")
        change(database, "ROLLBACK")
    journal.check()


def test_the_database_server_is_killed_under_writes(stack: Stack, journal: Journal) -> None:
    writers = [threading.Thread(target=_post, args=(journal, 15)) for _ in range(3)]
    for writer in writers:
        writer.start()
    eventually(lambda: len(journal.accepted) > 10, what="some accepted reports")
    stack.kill("postgres")
    for writer in writers:
        writer.join()
    assert len(journal.accepted) == 45
    journal.check()


def test_a_stopping_service_settles_what_it_has(stack: Stack, journal: Journal) -> None:
    writer = threading.Thread(target=_post, args=(journal, 30))
    writer.start()
    eventually(lambda: len(journal.accepted) > 5, what="some accepted reports")
    for name in ("reports", "notify"):
        stack.kill(name, signal.SIGTERM)
    writer.join()
    journal.check()


def _post(journal: Journal, times: int) -> None:
    for _ in range(times):
        journal.post()


def _blocked(stack: Stack) -> bool:
    with connected(stack, "notify", owner=True) as connection:
        waiting = column(
            connection,
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE NOT l.granted AND d.datname = 'notify' AND l.locktype = 'relation'",
        )
    return bool(waiting[0])
