"""Who leads the relay, and how to stop it in the worst moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.stack import Stack
from services.chassis.outbox import RELAY_LOCK
from tests.reliability.chaos.faults.databases import superuser
from tests.reliability.databases import change, connected
from tests.waiting import eventually

# holds the leader's lock, and waits for us
_LEADER = """
SELECT a.client_port FROM pg_locks held JOIN pg_locks waits USING (pid)
JOIN pg_stat_activity a USING (pid) JOIN pg_database d ON d.oid = held.database
WHERE held.locktype = 'advisory' AND held.objid = %s AND held.granted
AND NOT waits.granted AND d.datname = %s"""


@contextmanager
def frozen_leader(stack: Stack, service: str, pids: list[int]) -> Iterator[int]:
    """The leader stands still meanwhile, between looking for events and publishing them.

    pids: the processes that may lead; gives that of the leader.
    """
    leader = _stop(stack, service, pids)
    try:
        yield leader
    finally:
        os.kill(leader, signal.SIGCONT)


def _stop(stack: Stack, service: str, pids: list[int]) -> int:
    """It takes its lock, and has to wait for the table; meanwhile it is stopped."""
    with connected(stack, service, owner=True) as owner, superuser(stack) as looker:
        change(owner, "BEGIN")
        change(owner, "LOCK TABLE chassis.outbox IN ACCESS EXCLUSIVE MODE")
        try:
            leader = eventually(lambda: _leader(looker, service, pids), what="a leader that waits")
            os.kill(leader, signal.SIGSTOP)
        finally:
            change(owner, "ROLLBACK")
    return leader


def _leader(looker: Any, service: str, pids: list[int]) -> int:
    looker.execute(_LEADER, (RELAY_LOCK, service))
    leading = {port for (port,) in looker.fetchall()}
    return next((pid for pid in pids if leading & ports(pid)), 0)


def ports(pid: int) -> set[int]:
    """The local ports of all TCP connections of a process."""
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except OSError:
            continue
    sockets = {one[len("socket:[") : -1] for one in links if one.startswith("socket:[")}
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    rows = (line.split() for line in lines)
    return {int(row[1].partition(":")[2], 16) for row in rows if row[9] in sockets}
