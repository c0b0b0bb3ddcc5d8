"""AsyncAPI 3.0: every event and who hears it, made from the contracts."""

from __future__ import annotations

from typing import Any

from gateway.openapi import new_spec
from gateway.routes import CONTRACTS
from services.chassis.chassis_contract import SEAL_MADE, complete
from services.chassis.contract import EventType
from services.chassis.envelope import EnvelopeSchema


def document() -> dict[str, Any]:
    """The whole document."""
    contracts = [complete(contract) for contract in CONTRACTS]
    events = [event for contract in contracts for event in contract.events] + [SEAL_MADE]
    operations = {f"publish.{event.type}": _operation("send", event) for event in events}
    for contract in contracts:
        for subscription in contract.subscriptions:
            for event in subscription.events:
                name = f"{subscription.service}.{subscription.handler}.{event.type}"
                operations[name] = _operation("receive", event) | {
                    "summary": str(subscription.summary),
                    "bindings": {"amqp": {"ack": True}},
                    "x-queue": subscription.queue,
                    "x-ordered": subscription.ordered,
                }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kota Cerdas events",
            "version": "1",
            "description": "CloudEvents 1.0 on RabbitMQ topic exchanges; routing key = type.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {event.type: _channel(event) for event in events},
        "operations": operations,
        "components": {
            "messages": {event.type: _message(event) for event in events},
            "schemas": _schemas(events),
        },
    }


def _channel(event: EventType) -> dict[str, Any]:
    exchange = {"name": event.exchange, "type": "topic", "durable": True}
    return {
        "address": event.type,
        "messages": {"event": {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    }


def _operation(action: str, event: EventType) -> dict[str, Any]:
    # in JSON pointers only ~ and / need escaping, and types have neither
    return {"action": action, "channel": {"$ref": f"#/channels/{event.type}"}}


def _message(event: EventType) -> dict[str, Any]:
    data = {"$ref": f"#/components/schemas/{_schema_name(event)}"}
    envelope = {"$ref": "#/components/schemas/Envelope"}
    return {
        "name": event.type,
        "summary": f"{event.summary} · {event.summary.id}",
        "contentType": "application/json",
        "payload": {"allOf": [envelope, {"type": "object", "properties": {"data": data}}]},
    }


def _schemas(events: list[EventType]) -> dict[str, Any]:
    spec = new_spec()
    spec.components.schema("Envelope", schema=EnvelopeSchema)
    # several events may have one form
    for name, schema in {_schema_name(event): event.data for event in events}.items():
        spec.components.schema(name, schema=schema)
    found: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return found


def _schema_name(event: EventType) -> str:
    return event.data.__name__
