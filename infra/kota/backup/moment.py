"""One moment for all databases at once.

Each database has a snapshot of its own, but what one service knows of another comes by events. So
the relays are held for a few seconds, until every event that left its outbox has arrived in the
inboxes it was for; then the snapshots are taken. Whatever is committed by then is either in the
outbox of its service or in the inboxes of the others, and writes go on all the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2

from infra.kota.broker import Broker, Unreachable
from services.chassis.outbox import RELAY_LOCK

# how long nothing may have moved, and how long that is waited for; less than what makes an outbox
# old, so that nobody notices
QUIET_SECONDS = 1.5
PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.1
_LOCK_SECONDS = 15
_UNKNOWN = "unknown, the broker did not answer"

_HOLD = f"SET lock_timeout = '{_LOCK_SECONDS}s'; SELECT pg_advisory_lock({RELAY_LOCK})"
_SNAPSHOT = "SELECT pg_export_snapshot(), clock_timestamp()"
# a handler at work holds the lock of its lane; whoever else takes advisory locks does no harm,
# since it is over in a moment
_MOVEMENT = f"""
SELECT (SELECT last_value FROM chassis.inbox_position_seq),
  (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND (classid::bigint << 32 | objid::bigint) <> {RELAY_LOCK})"""


class CannotHold(Exception):
    """A database does not answer, or its relay could not be held; the message says which."""


@dataclass(frozen=True)
class Moment:
    """snapshots: to be imported, by service. on_their_way: what could not be waited for."""

    at: datetime
    snapshots: Mapping[str, str]
    on_their_way: list[str]


@contextmanager
def one_moment(
    owner_urls: Mapping[str, str], broker: Broker, queues: list[str]
) -> Iterator[Moment]:
    """Take the snapshots; they can be imported while the context lasts. Raises CannotHold.

    queues: of all events. If they do not run empty in time, or the broker is away, the moment says
    so and is taken all the same.
    """
    with ExitStack() as snapshots:
        with ExitStack() as holds:
            held = {name: _opened(holds, name, url, _HOLD) for name, url in owner_urls.items()}
            on_their_way = _wait(held, broker, queues)
            found = {name: _snapshot(snapshots, name, url) for name, url in owner_urls.items()}
        at = max(moment for _, moment in found.values()).astimezone(UTC)
        yield Moment(at, {name: snapshot for name, (snapshot, _) in found.items()}, on_their_way)


def _opened(stack: ExitStack, service: str, url: str, sql: str) -> Any:
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
        stack.callback(connection.close)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
    except psycopg2.Error as problem:
        raise CannotHold(f"{service}: {str(problem).strip()}") from None
    return connection


def _snapshot(stack: ExitStack, service: str, url: str) -> tuple[str, datetime]:
    begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
    connection = _opened(stack, service, url, begin)
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT)
        snapshot, at = cursor.fetchone()
    return snapshot, at


def _wait(held: Mapping[str, Any], broker: Broker, queues: list[str]) -> list[str]:
    """Wait until no event is between the services; returns what still was."""
    seen = _Stillness()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        waiting = _in_queues(broker, queues)
        moving = {name: _movement(connection) for name, connection in held.items()}
        waiting += [f"events at work in {name}" for name, (_, busy) in moving.items() if busy]
        # nothing comes from a broker that is away, so there is nothing to wait for
        is_still = waiting in ([], [_UNKNOWN])
        if seen.lasts(moving, is_still) or time.monotonic() > until:
            return waiting
        time.sleep(_LOOK_SECONDS)


class _Stillness:
    """For how long nothing has moved."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since = now()
        self._last: object = None

    def lasts(self, state: object, is_still: bool) -> bool:
        """Whether the same still state has been seen for long enough."""
        if not is_still or state != self._last:
            self._last = state
            self._since = self._now()
        return is_still and self._now() - self._since >= QUIET_SECONDS


def _in_queues(broker: Broker, queues: list[str]) -> list[str]:
    try:
        looks = broker.look(queues)
    except Unreachable:
        return [_UNKNOWN]
    return [f"{one.messages} in {one.name}" for one in looks if one.messages]


def _movement(connection: Any) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENT)
        position, busy = cursor.fetchone()
    return position, busy
