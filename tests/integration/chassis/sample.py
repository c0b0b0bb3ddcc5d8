"""A small contract for tests of the chassis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.chassis import envelope, fields, jsontext
from services.chassis.contract import EventType, Subscription
from services.chassis.ids import new_id
from services.chassis.inbox import Delivery
from services.chassis.text import Text

WORDS = Text("sample", id="contoh")


class Sample(fields.Schema):
    """Data of a sample event."""

    value = fields.Integer(required=True, min=0, max=1000)


def event_type(source: str = "samples", *, consumed: bool = False) -> EventType:
    """An event type of a source of one's own."""
    return EventType(source, "sample.made", Sample, WORDS, consumers=("x",) if consumed else ())


MADE = event_type()
ORDERED = Subscription("test", "handle", (MADE,), WORDS)
INDEPENDENT = replace(ORDERED, ordered=False)


def delivery(
    subject: str, version: int = 1, *, to: Subscription = ORDERED, value: int = 1
) -> Delivery:
    """A fresh event for a handler."""
    sealed = envelope.seal(MADE, subject, version, {"value": value}, at=datetime.now(UTC))
    text = jsontext.dumps(sealed)
    return Delivery(envelope.open_envelope(text, {MADE.type: MADE}), to, text)


def subject() -> str:
    """A new aggregate's id."""
    return new_id()
