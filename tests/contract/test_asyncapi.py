"""AsyncAPI names every event, who says it and who hears it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway import asyncapi
from gateway.routes import CONTRACTS
from services.chassis.chassis_contract import SEAL_MADE, complete
from services.chassis.contract import EventType

DOCUMENT = asyncapi.document()
COMPLETE = [complete(contract) for contract in CONTRACTS]
EVENTS = [*(event for contract in CONTRACTS for event in contract.events), SEAL_MADE]
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.type)


def resolve(reference: dict[str, Any]) -> Any:
    """What a $ref points at."""
    found: Any = DOCUMENT
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_events_are_exactly_the_channels() -> None:
    types = [event.type for event in EVENTS]
    assert len(types) == len(set(types))
    assert set(DOCUMENT["channels"]) == set(types) == set(DOCUMENT["components"]["messages"])


@each_event
def test_an_event_is_described_to_the_last_field(event: EventType) -> None:
    channel = DOCUMENT["channels"][event.type]
    assert channel["bindings"]["amqp"]["exchange"]["name"] == event.exchange
    message = resolve(channel["messages"]["event"])
    envelope, own = message["payload"]["allOf"]
    assert set(resolve(own["properties"]["data"])["properties"]) == set(event.data().fields)
    assert {"id", "type", "subject", "data"} <= set(resolve(envelope)["properties"])
    assert str(event.summary) in message["summary"] and event.summary.id in message["summary"]


def test_nobody_else_speaks_or_listens() -> None:
    heard = {
        (subscription.queue, event.type)
        for contract in COMPLETE
        for subscription in contract.subscriptions
        for event in subscription.events
    }
    operations = DOCUMENT["operations"].values()
    receives = {
        (o["x-queue"], resolve(o["channel"])["address"])
        for o in operations
        if o["action"] == "receive"
    }
    sends = [resolve(o["channel"])["address"] for o in operations if o["action"] == "send"]
    assert receives == heard
    assert sorted(sends) == sorted(event.type for event in EVENTS)


def test_events_that_nobody_hears_are_known() -> None:
    """One is for processes that keep no queue; none by mistake."""
    heard = {e.type for c in COMPLETE for s in c.subscriptions for e in s.events}
    unheard = {event.type for event in EVENTS} - heard
    assert unheard == {"id.kota.notify.feed.advanced.v1"}


def test_schemas_of_events_do_not_hide_each_other() -> None:
    by_name: dict[str, type] = {}
    for event in EVENTS:
        assert by_name.setdefault(event.data.__name__, event.data) is event.data


def test_types_say_who_what_and_which_version() -> None:
    for event in EVENTS:
        assert event.type.startswith(f"id.kota.{event.source}.")
        assert event.type.rpartition(".v")[2].isdigit()
