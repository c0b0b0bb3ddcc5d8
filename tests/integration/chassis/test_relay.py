"""The relay loses nothing, keeps order per aggregate, and holds back what nobody takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import psycopg2
import pytest
from kombu import Connection, Queue

from infra.local.stack import Stack
from services.chassis import outbox, relay
from services.chassis.broker import ConfirmingPublisher
from services.chassis.contract import EventType
from services.chassis.database import Database
from services.chassis.errors import BrokerAway
from services.chassis.relay import NotLeading, Relay
from services.chassis.topology import exchange
from services.chassis.unit_of_work import UnitOfWork
from tests.integration.chassis.sample import event_type
from tests.integration.conftest import Urls
from tests.waiting import eventually


class Bus:
    """One source's exchange, with a queue that may be bound to it."""

    def __init__(self, url: str) -> None:
        self.event = event_type(f"s{uuid4().hex[:8]}", consumed=True)
        self._connection = Connection(url)
        self.declare(self.event)
        self._queue = Queue(f"test.{uuid4()}", exchange(self.event.exchange), "#", exclusive=True)

    def declare(self, event: EventType) -> None:
        exchange(event.exchange)(self._connection.channel()).declare()

    def bind(self) -> None:
        self._queue(self._connection.channel()).declare()

    def taken(self) -> list[tuple[str, int]]:
        """(subject, version) of everything that came."""
        found: list[tuple[str, int]] = []
        queue = self._queue(self._connection.default_channel)
        while (message := queue.get(no_ack=True)) is not None:
            body = json.loads(message.body)
            found.append((body["subject"], body["aggregateversion"]))
        return found

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def bus(servers: Stack) -> Iterator[Bus]:
    bus = Bus(servers.rabbitmq.url())
    yield bus
    bus.close()


@pytest.fixture
def mover(servers: Stack, database: Database, bus: Bus) -> Iterator[Relay]:
    publisher = ConfirmingPublisher(servers.rabbitmq.url())
    yield Relay(database, publisher)
    publisher.close()


def emit(database: Database, event: EventType, subject: str, version: int) -> None:
    with database.session() as session:
        work = UnitOfWork(session)
        work.emit(event, subject, version, {"value": version})
        work.commit()


def waiting(database: Database) -> int:
    with database.session() as session:
        count: int = session.execute("SELECT count(*) AS n FROM chassis.outbox")[0]["n"]
    return count


def test_order_is_kept_per_aggregate(database: Database, bus: Bus, mover: Relay) -> None:
    bus.bind()
    for version in range(1, 6):
        for subject in ("a", "b", "c"):
            emit(database, bus.event, subject, version)
    assert mover.publish_batch() == 15
    assert waiting(database) == 0
    came = eventually(bus.taken)
    for subject in ("a", "b", "c"):
        assert [v for s, v in came if s == subject] == [1, 2, 3, 4, 5]


def late_commit(database: Database, urls: Urls, bus: Bus, mover: Relay) -> set[str]:
    """A transaction takes its number early and commits late; which subjects came?"""
    bus.bind()
    slow = psycopg2.connect(urls[0])
    with slow.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chassis.outbox (event_id, exchange, type, subject, mandatory, body)"
            " VALUES (gen_random_uuid(), %s, %s, 'late', true,"
            ' \'{"subject": "late", "aggregateversion": 1}\')',
            (bus.event.exchange, bus.event.type),
        )
    emit(database, bus.event, "early", 1)
    came = {subject for subject, _ in _published(bus, mover)}
    slow.commit()
    slow.close()
    return came | {subject for subject, _ in _published(bus, mover)}


def _published(bus: Bus, mover: Relay) -> list[tuple[str, int]]:
    return eventually(bus.taken) if mover.publish_batch() else []


def test_a_late_commit_is_not_lost(database: Database, urls: Urls, bus: Bus, mover: Relay) -> None:
    assert late_commit(database, urls, bus, mover) == {"early", "late"}


def test_deleting_by_range_would_lose_it(
    database: Database, urls: Urls, bus: Bus, mover: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test of the test: the trap is really there."""
    by_range = (
        "SELECT pg_sleep(0); DELETE FROM chassis.outbox"
        " WHERE id <= (SELECT max(x) FROM unnest(%(ids)s) x); COMMIT"
    )
    monkeypatch.setattr(outbox, "DELETE", by_range)
    advanced = outbox.BATCH.replace("ORDER BY id", "AND id > %(after)s ORDER BY id")
    monkeypatch.setattr(outbox, "BATCH", advanced)
    seen = {"after": 0}
    parameters = Relay._parameters
    monkeypatch.setattr(Relay, "_parameters", lambda self: parameters(self) | seen)
    outgoing = relay._outgoing

    def advance(row: dict[str, int]) -> object:
        seen["after"] = max(seen["after"], row["id"])
        return outgoing(row)

    monkeypatch.setattr(relay, "_outgoing", advance)
    assert late_commit(database, urls, bus, mover) == {"early"}


def test_what_nobody_takes_is_held_back_alone(
    database: Database, bus: Bus, mover: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    emit(database, bus.event, "held", 1)
    assert mover.publish_batch() == 0
    assert waiting(database) == 1
    bus.bind()
    emit(database, bus.event, "held", 2)
    emit(database, bus.event, "free", 1)
    assert mover.publish_batch() == 1
    assert eventually(bus.taken) == [("free", 1)]
    mover._held.clear()
    assert mover.publish_batch() == 2
    assert eventually(bus.taken) == [("held", 1), ("held", 2)]


def test_a_full_batch_says_that_more_may_wait(
    database: Database, bus: Bus, mover: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when not all of it was taken: what waits behind it must not wait for the next second."""
    monkeypatch.setattr(relay, "BATCH_SIZE", 2)
    untaken = event_type(f"s{uuid4().hex[:8]}", consumed=True)
    bus.declare(untaken)
    bus.bind()
    emit(database, untaken, "held", 1)
    for subject in ("a", "b"):
        emit(database, bus.event, subject, 1)
    assert (mover.publish_batch(), mover.is_behind) == (1, True)
    assert (mover.publish_batch(), mover.is_behind) == (1, False)
    assert waiting(database) == 1


def test_one_leads_at_a_time(database: Database, urls: Urls, bus: Bus, mover: Relay) -> None:
    bus.bind()
    emit(database, bus.event, "a", 1)
    leader = psycopg2.connect(urls[0])
    with leader.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (outbox.RELAY_LOCK,))
    with pytest.raises(NotLeading):
        mover.publish_batch()
    leader.close()
    assert eventually(lambda: _try(mover)) == 1


def _try(mover: Relay) -> int:
    try:
        return mover.publish_batch()
    except NotLeading:
        return 0


def test_an_absent_broker_loses_nothing(database: Database, bus: Bus, mover: Relay) -> None:
    bus.bind()
    emit(database, bus.event, "a", 1)
    lonely = Relay(database, ConfirmingPublisher("amqp://a:b@127.0.0.1:1/"))
    with pytest.raises(BrokerAway):
        lonely.publish_batch()
    assert waiting(database) == 1
    assert mover.publish_batch() == 1
