"""Order is kept in a process too, also while the database is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest

from services.chassis import envelope, events, jsontext
from services.chassis.contract import Subscription
from services.chassis.events import EventEntrypoint
from services.chassis.text import Text
from services.chassis.turns import Turns
from tests.integration.chassis.sample import MADE

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SUBSCRIPTION = Subscription("samples", "hear", (MADE,), Text("Heard", id="Didengar"))


class FakeConsumer:
    """What became of each message."""

    def __init__(self) -> None:
        self.is_draining = False
        self.acked: list[str] = []
        self.requeued: list[str] = []

    def ack_message(self, message: Any) -> None:
        self.acked.append(message.name)

    def requeue_message(self, message: Any) -> None:
        self.requeued.append(message.name)


def entry_of(subscription: Subscription, failures: dict[str, int]) -> Any:
    """An entrypoint for whose events the database is away so many times."""
    entry: Any = EventEntrypoint(subscription)
    entry.container = SimpleNamespace(spawn_managed_thread=eventlet.spawn)
    entry.consumer = FakeConsumer()
    entry.handled = []
    entry._known, entry._turns = {MADE.type: MADE}, Turns()
    entry._free = eventlet.semaphore.Semaphore(8)

    def work(delivery: Any) -> bool:
        name = f"{delivery.event.subject}{delivery.event.version}"
        eventlet.sleep(0)
        if failures.get(name, 0) > 0:
            failures[name] -= 1
            return False
        entry.handled.append(name)
        return True

    entry.work = work
    return entry


def receive(entry: Any, *names: str) -> None:
    for name in names:
        body = jsontext.dumps(envelope.seal(MADE, name[0], int(name[1]), {"value": 1}, at=NOW))
        entry._receive(SimpleNamespace(name=name, body=body, properties={}))


def finish(entry: Any, count: int) -> None:
    with eventlet.Timeout(5):
        while len(entry.consumer.acked) + len(entry.consumer.requeued) < count:
            eventlet.sleep(0)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PAUSE_SECONDS", 0)


def test_a_later_event_waits_for_the_earlier_one() -> None:
    entry = entry_of(SUBSCRIPTION, {"a1": 5, "a2": 1})
    receive(entry, "a1", "a2", "b1", "a3")
    finish(entry, 4)
    assert entry.handled == ["b1", "a1", "a2", "a3"]
    assert entry.consumer.requeued == [] and len(entry._turns) == 0


def test_where_order_means_nothing_nobody_waits() -> None:
    entry = entry_of(replace(SUBSCRIPTION, ordered=False), {"a1": 5})
    receive(entry, "a1", "a2")
    finish(entry, 2)
    assert entry.handled == ["a2", "a1"]


def test_who_stops_gives_all_of_a_line_back() -> None:
    entry = entry_of(SUBSCRIPTION, {"a1": 1})
    entry.consumer.is_draining = True
    receive(entry, "a1", "a2", "b1")
    finish(entry, 3)
    assert entry.consumer.requeued == ["a1", "a2"] and entry.handled == ["b1"]
