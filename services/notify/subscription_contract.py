"""Following a topic: in the app with an account, by e-mail without one."""

from __future__ import annotations

from services.chassis import fields, text_fields
from services.chassis.contract import Kind, Operation
from services.chassis.errors import Conflict, IdempotencyKeyReused, Invalid, NotFound
from services.chassis.principal import LOGGED_IN
from services.chassis.text import Text
from services.notify.topics import RHYTHMS


class Follow(fields.Schema):
    """area: the code of a kelurahan or a kecamatan. category: a code. One of them, or both: that
    category there. Or incident, or site: the id of one; what was merged means what it went into.
    Or collections: the code of a kelurahan, of whose collections one is reminded, always at once.
    rhythm: at once, or together once a day."""

    area = fields.String(min=1, max=20, metadata={"example": "36.74.01"})
    category = fields.String(min=1, max=64, metadata={"example": "sampah"})
    incident = fields.UUID()
    site = fields.UUID()
    collections = fields.String(min=1, max=20)
    rhythm = fields.Choice(RHYTHMS, load_default="at_once", metadata={"example": "daily"})


class FollowByMail(Follow):
    """email: where to write, once whoever reads it has confirmed that."""

    email = text_fields.Email(required=True, metadata={"example": "warga@example.org"})


class Subscription(fields.Schema):
    """What somebody follows. name: of the topic. since: they are told of what happens from then."""

    id = fields.UUID(required=True)
    area = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    incident = fields.UUID(required=True, allow_none=True)
    site = fields.UUID(required=True, allow_none=True)
    collections = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    rhythm = fields.Choice(RHYTHMS, required=True)
    since = fields.Timestamp(required=True)


class SubscriptionList(fields.Schema):
    """All that the caller follows, the newest first; they are few, so `next` is always null."""

    items = fields.List(fields.Nested(Subscription), required=True)
    next = fields.String(required=True, allow_none=True)


class SubscriptionId(fields.Schema):
    """Which subscription."""

    id = fields.UUID(required=True)


class AskedByMail(fields.Schema):
    """What was understood. It says nothing about the address, and is the same for every one."""

    name = fields.String(required=True)
    rhythm = fields.Choice(RHYTHMS, required=True)


FOLLOW_TOPIC = Operation(
    "follow_topic",
    Follow,
    Subscription,
    Text("Follow an area, a category, an incident, a site", id="Ikuti wilayah, kategori, titik"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(Invalid, Conflict, IdempotencyKeyReused),
)
FOLLOW_BY_MAIL = Operation(
    "follow_topic_by_mail",
    FollowByMail,
    AskedByMail,
    Text("Follow one of them by e-mail", id="Ikuti wilayah, kategori, titik lewat surel"),
    Kind.COMMAND,
    errors=(Invalid, IdempotencyKeyReused),
)
LIST_SUBSCRIPTIONS = Operation(
    "list_subscriptions",
    fields.Nothing,
    SubscriptionList,
    Text("What one follows", id="Daftar yang diikuti"),
    access=LOGGED_IN,
)
END_SUBSCRIPTION = Operation(
    "end_subscription",
    SubscriptionId,
    Subscription,
    Text("Follow it no more", id="Berhenti mengikuti"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound,),
)
SUBSCRIPTION_OPERATIONS = (FOLLOW_TOPIC, FOLLOW_BY_MAIL, LIST_SUBSCRIPTIONS, END_SUBSCRIPTION)
