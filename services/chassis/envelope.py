"""The form of an event on the bus: CloudEvents 1.0, JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis import fields, jsontext
from services.chassis.contract import EventType
from services.chassis.errors import Invalid
from services.chassis.ids import new_id

MAX_BYTES = 256 * 1024


class EnvelopeSchema(fields.Schema):
    """CloudEvents 1.0 attributes, `traceparent` and `aggregateversion` being our extensions."""

    specversion = fields.Choice(["1.0"], required=True)
    id = fields.UUID(required=True)
    source = fields.String(required=True, min=1)
    type = fields.String(required=True, min=1)
    time = fields.Timestamp(required=True)
    subject = fields.String(required=True, min=1)
    dataschema = fields.String(required=True)
    datacontenttype = fields.Choice(["application/json"], required=True)
    aggregateversion = fields.Integer(min=1, max=2**31 - 1, required=True)
    traceparent = fields.String(max=55, allow_none=True)
    data = fields.Attributes(required=True)


_SCHEMA = EnvelopeSchema()


@dataclass(frozen=True)
class Event:
    """A received event. `version` is the aggregate's version after what happened."""

    id: str
    type: str
    subject: str
    version: int
    time: datetime
    data: dict[str, Any]
    traceparent: str | None = None


def seal(
    event_type: EventType,
    subject: str,
    version: int,
    data: dict[str, Any],
    *,
    at: datetime,
    traceparent: str | None = None,
) -> dict[str, Any]:
    """Put `data` into an envelope with a new id. Raises Invalid if it breaks the event's schema."""
    fields.load(event_type.data, data)
    return {
        "specversion": "1.0",
        "id": new_id(),
        "source": f"/{event_type.source}",
        "type": event_type.type,
        "time": jsontext.rfc3339(at),
        "subject": subject,
        "dataschema": f"/asyncapi.json#/components/schemas/{event_type.data.__name__}",
        "datacontenttype": "application/json",
        "aggregateversion": version,
        "traceparent": traceparent,
        "data": data,
    }


def open_envelope(body: bytes | str, known: dict[str, EventType]) -> Event:
    """Read an envelope of one of the `known` types.

    Raises Invalid if it cannot be read, is of another type, or its data breaks the schema.
    """
    if len(body) > MAX_BYTES:
        raise Invalid()
    try:
        raw = jsontext.loads(body)
    except ValueError:
        raise Invalid() from None
    envelope = fields.load(_SCHEMA, raw)
    event_type = known.get(envelope["type"])
    if event_type is None:
        raise Invalid()
    return Event(
        id=envelope["id"],
        type=envelope["type"],
        subject=envelope["subject"],
        version=envelope["aggregateversion"],
        time=envelope["time"],
        data=fields.load(event_type.data, envelope["data"], unknown="exclude"),
        traceparent=envelope.get("traceparent"),
    )
