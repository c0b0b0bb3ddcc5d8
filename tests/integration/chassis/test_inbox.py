"""Each event takes effect once per handler, in its lane's order."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis import inbox, parked
from services.chassis.clock import SystemClock
from services.chassis.database import Database, Row
from services.chassis.deliveries import Deliveries
from services.chassis.envelope import Event, open_envelope
from services.chassis.inbox import Delivery
from services.chassis.unit_of_work import UnitOfWork
from tests.integration.chassis.sample import INDEPENDENT, MADE, delivery, subject


@pytest.fixture
def deliveries(database: Database) -> Deliveries:
    return Deliveries(database, SystemClock(), first_delay=timedelta(0), max_tries=3)


class Handler:
    """Records what it handled, in the database; fails while it is told to."""

    def __init__(self) -> None:
        self.failing = False

    def __call__(self, work: UnitOfWork, event: Event) -> None:
        work.write(
            "INSERT INTO chassis.audit_witness VALUES ('handled', %(version)s, %(id)s, now())",
            {"version": event.version, "id": event.id},
        )
        if self.failing:
            raise ValueError("canary@example.org has a secret")


@pytest.fixture
def handler() -> Handler:
    return Handler()


def handled(database: Database) -> list[int]:
    with database.session() as session:
        found = session.execute(
            "SELECT sequence FROM chassis.audit_witness ORDER BY witnessed_at, sequence"
        )
    return [row["sequence"] for row in found]


def states(database: Database) -> list[Row]:
    with database.session() as session:
        return session.execute("SELECT * FROM chassis.inbox ORDER BY position")


def due(database: Database, first: Delivery) -> list[Delivery]:
    """What the retry loop would take now."""
    names = {"handlers": ["handle"], "ordered": ["handle"] if first.subscription.ordered else []}
    with database.session() as session:
        rows = session.execute(session.render(inbox.DUE, names))
    return [_resumed(row, first) for row in rows]


def _resumed(row: Row, first: Delivery) -> Delivery:

    event = open_envelope(row["envelope"], {MADE.type: MADE})
    return Delivery(event, first.subscription, row["envelope"], row["tries"], resumed=True)


def test_a_double_is_dropped(deliveries: Deliveries, handler: Handler, database: Database) -> None:
    one = delivery(subject())
    assert [deliveries.deliver(one, handler)[0] for _ in range(3)] == [
        "done", "duplicate", "duplicate",
    ]  # fmt: skip
    assert handled(database) == [1]


def test_two_processes_at_once(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    one, outcomes = delivery(subject()), []
    threads = [
        threading.Thread(target=lambda: outcomes.append(deliveries.deliver(one, handler)[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "duplicate", "duplicate", "duplicate"]
    assert handled(database) == [1]


def test_a_failure_leaves_only_a_waiting_row(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    handler.failing = True
    one = delivery(subject())
    assert deliveries.deliver(one, handler)[0] == "waiting"
    assert handled(database) == []
    (row,) = states(database)
    assert (row["state"], row["tries"]) == ("waiting", 1)
    assert "ValueError" in row["error"] and "canary" not in row["error"]
    assert deliveries.deliver(one, handler)[0] == "duplicate"


def test_a_lane_waits_behind_its_first(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    lane, other = subject(), subject()
    first, second = delivery(lane, 1), delivery(lane, 2)
    handler.failing = True
    deliveries.deliver(first, handler)
    handler.failing = False
    assert deliveries.deliver(second, handler)[0] == "waiting"
    assert deliveries.deliver(delivery(other, 9), handler)[0] == "done"
    while waiting := due(database, first):
        for one in waiting:
            deliveries.deliver(one, handler)
    assert handled(database) == [9, 1, 2]


def test_independent_events_do_not_wait(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    lane = subject()
    handler.failing = True
    deliveries.deliver(delivery(lane, 1, to=INDEPENDENT), handler)
    handler.failing = False
    assert deliveries.deliver(delivery(lane, 2, to=INDEPENDENT), handler)[0] == "done"


def park(deliveries: Deliveries, handler: Handler, lane: str) -> Delivery:
    """An event of the lane that failed too often, with another behind it."""
    first = delivery(lane, 1)
    handler.failing = True
    for tries in range(3):
        deliveries.deliver(replace(first, tries=tries, resumed=tries > 0), handler)
    handler.failing = False
    assert deliveries.deliver(delivery(lane, 2), handler)[0] == "waiting"
    return first


def test_parked_after_too_many_tries_and_replayed_in_order(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    first = park(deliveries, handler, subject())
    assert [row["state"] for row in states(database)] == ["parked", "waiting"]
    assert due(database, first) == []
    with database.session() as session:
        (listed,) = parked.listed(session)
        assert (listed["event_id"], listed["behind"]) == (first.event.id, 1)
        assert parked.shown(session, first.event.id)[0]["envelope"] == first.envelope
        assert parked.replay(session, first.event.id)
    while waiting := due(database, first):
        for one in waiting:
            deliveries.deliver(one, handler)
    assert handled(database) == [1, 2]


def test_dropping_frees_the_lane(
    deliveries: Deliveries, handler: Handler, database: Database
) -> None:
    first = park(deliveries, handler, subject())
    with database.session() as session:
        assert parked.drop(session, first.event.id, "a test")
    for one in due(database, first):
        deliveries.deliver(one, handler)
    assert handled(database) == [2]


def test_the_delay_doubles_up_to_a_bound(database: Database) -> None:
    one: Any = delivery(subject())
    with database.session() as session:
        for tries in (0, 1, 2, 20):
            inbox.keep_failed(
                session, replace(one, tries=tries), "x",
                first_delay=timedelta(seconds=10), max_tries=99,
            )  # fmt: skip
            (row,) = session.execute(
                "SELECT extract(epoch FROM next_at - now()) AS s FROM chassis.inbox"
            )
            wanted = min(10 * 2**tries, 300)
            assert wanted - 5 < row["s"] <= wanted
