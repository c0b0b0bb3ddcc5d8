"""What notify offers and what it listens to."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, EventType, Kind, Operation, Subscription
from services.chassis.errors import Malformed, NotFound
from services.chassis.principal import LOGGED_IN, OVERSEERS, Principal, Role
from services.chassis.text import Text
from services.notify.mail_contract import MAIL_OPERATIONS, MAIL_SUBSCRIPTIONS
from services.notify.subscription_contract import SUBSCRIPTION_OPERATIONS
from services.reports.contract import (
    CASEWORK_EVENTS,
    COLLECTION_COMING,
    EVENTS,
    FOLLOWER_CHANGED,
    INCIDENT_EVENTS,
    LINKS,
    ORIGINAL_CHANGED,
    SITE_ALARMS,
    SITE_EVENTS,
    SUBMITTED,
)

PUBLIC = "public"
MOST_ENTRIES = 100
_LAST = 2**63 - 1


def recipients_of(principal: Principal) -> list[str]:
    """As whom somebody is told: oneself, one's agency, those who lead it, the city's overseers."""
    if principal.is_guest:
        return []
    found = [f"person:{principal.subject}"]
    if principal.agency is not None:
        found.append(f"agency:{principal.agency}")
    if principal.role is Role.SUPERVISOR:
        found.append(f"supervisors:{principal.agency}")
    if principal.role is Role.HEAD:
        found.append(f"head:{principal.agency}")
    if principal.role in OVERSEERS:
        found.append("overseers")
    return found


def audiences_of(principal: Principal) -> list[str]:
    """Whose entries of the feed somebody may read: everybody's, and what one is told oneself."""
    return [PUBLIC, *recipients_of(principal)]


class ListNotifications(fields.Schema):
    """unread: only those that were not read."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    unread = fields.Boolean(load_default=False)


class Notification(fields.Schema):
    """What one person was told, in their language. report_id: the report that it is about, if it is
    about one. path: where it can be read what it is about; null if it is about several things."""

    id = fields.UUID(required=True)
    report_id = fields.UUID(required=True, allow_none=True)
    path = fields.String(required=True, allow_none=True)
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


class FeedItem(fields.Schema):
    """Something that happened. position: grows, and nothing ever appears before what was read.

    data: ids, codes and words; words in both languages as {"id": …, "en": …}.
    """

    position = fields.Integer(required=True, min=1, max=_LAST)
    type = fields.String(required=True)
    data = fields.Attributes(required=True)
    at = fields.Timestamp(required=True)


class FeedEntry(FeedItem):
    """With whom it concerns: `public`, `overseers`, or one of `recipients_of`."""

    audience = fields.String(required=True)


class FeedAdvanced(fields.Schema):
    """New entries, in order."""

    entries = fields.List(fields.Nested(FeedEntry), required=True, max=MOST_ENTRIES)


class ReadFeed(fields.Schema):
    """after: the last position one has seen; left out, only `head` is answered."""

    after = fields.Integer(min=0, max=_LAST)
    limit = fields.Integer(min=1, max=MOST_ENTRIES, load_default=MOST_ENTRIES)


class FeedPage(fields.Schema):
    """What the caller may see after that position, in order.

    head: the last position there is. more: whether there is more to read. reset: that position is
    not known (any more); something may have been missed, and items go on from the nearest one.
    """

    items = fields.List(fields.Nested(FeedItem), required=True)
    head = fields.Integer(required=True, min=0, max=_LAST)
    more = fields.Boolean(required=True)
    reset = fields.Boolean(required=True)


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

READ_FEED = Operation(
    "read_feed",
    ReadFeed,
    FeedPage,
    Text("Read what happened since", id="Baca kejadian sejak posisi tertentu"),
)

# Each gateway process hears it while it is there; nobody keeps it, the feed itself is kept.
FEED_ADVANCED = EventType(
    "notify",
    "feed.advanced",
    FeedAdvanced,
    Text("The feed has new entries", id="Ada kejadian baru"),
    listeners=("gateway",),
)

# Order means nothing to a message that is only added, so one that fails holds back no other.
TELL_PEOPLE = Subscription(
    service="notify",
    handler="tell_people",
    events=(SUBMITTED, *EVENTS),
    ordered=False,
    summary=Text("Tell reporter and agency", id="Beri tahu pelapor dan instansi"),
)

# a queue of its own: the version before would not know what to do with these events
TELL_OF_CASEWORK = Subscription(
    service="notify",
    handler="tell_of_casework",
    events=CASEWORK_EVENTS,
    ordered=False,
    summary=Text("Tell of what agencies do with it", id="Beri tahu penanganan laporan"),
)

# Who is a duplicate's, and what happens to its original, must not change places.
TELL_DUPLICATES = Subscription(
    service="notify",
    handler="tell_duplicates",
    events=(*LINKS.values(), ORIGINAL_CHANGED),
    summary=Text("Tell how the original goes on", id="Beri tahu kelanjutan laporan asal"),
)

# Following and following no more must not change places.
KEEP_FOLLOWERS = Subscription(
    service="notify",
    handler="keep_followers",
    events=(FOLLOWER_CHANGED,),
    summary=Text("Know who follows what", id="Catat pengikut laporan"),
)

# What an incident became must not be told before what it was.
TELL_INCIDENTS = Subscription(
    service="notify",
    handler="tell_incidents",
    events=INCIDENT_EVENTS,
    summary=Text("Let the city know of incidents", id="Siarkan gangguan lalu lintas"),
)

# What agencies see live is what the site is now, so it must not go back.
TELL_OF_SITES = Subscription(
    service="notify",
    handler="tell_of_sites",
    events=(*SITE_EVENTS.values(), *SITE_ALARMS.values()),
    summary=Text("Tell agencies of their sites", id="Beri tahu instansi tentang titik sampah"),
)

# Who is told of one day's collections need not wait for another's.
REMIND_OF_COLLECTIONS = Subscription(
    service="notify",
    handler="remind_of_collections",
    events=(COLLECTION_COMING,),
    ordered=False,
    summary=Text("Remind people of collections", id="Ingatkan jadwal angkut sampah"),
)

CONTRACT = Contract(
    "notify",
    Text("Notifications", id="Notifikasi"),
    (
        LIST_NOTIFICATIONS,
        UNREAD_COUNT,
        MARK_READ,
        MARK_ALL_READ,
        READ_FEED,
        *MAIL_OPERATIONS,
        *SUBSCRIPTION_OPERATIONS,
    ),
    (FEED_ADVANCED,),
    subscriptions=(
        TELL_PEOPLE,
        TELL_OF_CASEWORK,
        TELL_DUPLICATES,
        KEEP_FOLLOWERS,
        TELL_INCIDENTS,
        TELL_OF_SITES,
        REMIND_OF_COLLECTIONS,
        *MAIL_SUBSCRIPTIONS,
    ),
)
