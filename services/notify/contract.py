"""What notify offers and what it listens to."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, Kind, Operation, Subscription
from services.chassis.errors import Malformed, NotFound
from services.chassis.principal import LOGGED_IN
from services.chassis.text import Text
from services.reports.contract import SUBMITTED


class ListNotifications(fields.Schema):
    """unread: only those that were not read."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    unread = fields.Boolean(load_default=False)


class Notification(fields.Schema):
    """What one person was told, in their language."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    created_at = fields.Timestamp(required=True)
    read = fields.Boolean(required=True)


class NotificationList(fields.Schema):
    """Newest first. `next` is the cursor of the following page, null on the last."""

    items = fields.List(fields.Nested(Notification), required=True)
    next = fields.String(required=True, allow_none=True)


class NotificationId(fields.Schema):
    """Which notification."""

    id = fields.UUID(required=True)


class Count(fields.Schema):
    """How many; the unread are counted up to 1000."""

    count = fields.Integer(required=True, min=0, max=2**31 - 1)


LIST_NOTIFICATIONS = Operation(
    "list_notifications",
    ListNotifications,
    NotificationList,
    Text("Read one's notifications", id="Baca notifikasi"),
    access=LOGGED_IN,
    errors=(Malformed,),
)
UNREAD_COUNT = Operation(
    "unread_count",
    fields.Nothing,
    Count,
    Text("Count unread notifications", id="Jumlah notifikasi belum dibaca"),
    access=LOGGED_IN,
)
MARK_READ = Operation(
    "mark_read",
    NotificationId,
    Notification,
    Text("Mark a notification as read", id="Tandai sudah dibaca"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound,),
)
MARK_ALL_READ = Operation(
    "mark_all_read",
    fields.Nothing,
    Count,
    Text("Mark all as read", id="Tandai semua sudah dibaca"),
    Kind.COMMAND,
    access=LOGGED_IN,
)

# Order means nothing to a message that is only added, so one that fails holds back no other.
TELL_PEOPLE = Subscription(
    service="notify",
    handler="tell_people",
    events=(SUBMITTED,),
    ordered=False,
    summary=Text("Tell reporter and agency", id="Beri tahu pelapor dan instansi"),
)

CONTRACT = Contract(
    "notify",
    Text("Notifications", id="Notifikasi"),
    (LIST_NOTIFICATIONS, UNREAD_COUNT, MARK_READ, MARK_ALL_READ),
    subscriptions=(TELL_PEOPLE,),
)
