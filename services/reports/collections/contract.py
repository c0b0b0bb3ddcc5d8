"""When household garbage is collected: what can be asked."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import EventType, Operation
from services.chassis.errors import Invalid
from services.chassis.text import Text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEXT_DAYS = 3
MOST_ROUNDS = 100
_CLOCK = 5


class AskCollections(fields.Schema):
    """area: the code of a kelurahan."""

    area = fields.String(required=True, min=1, max=20, metadata={"example": "36.74.01.1001"})


class CollectionRound(fields.Schema):
    """What is collected when. start, end: on the city's clocks; what stands outside before start is
    taken along. on_holidays: whether on public holidays, too. last: the last day on which it should
    have come; next: the next three, today for as long as it is not over."""

    code = fields.String(required=True)
    waste = fields.String(required=True)
    days = fields.List(fields.Choice(WEEKDAYS), required=True)
    start = fields.String(required=True, max=_CLOCK)
    end = fields.String(required=True, max=_CLOCK)
    on_holidays = fields.Boolean(required=True)
    last = fields.String(required=True, allow_none=True, max=10)
    next = fields.List(fields.String(max=10), required=True, max=NEXT_DAYS)


class CollectionList(fields.Schema):
    """All rounds of a kelurahan; there is no further page. missed: the category in which to report
    that nobody came; null if there is none."""

    area = fields.String(required=True)
    area_name = fields.String(required=True)
    missed = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(CollectionRound), required=True, max=MOST_ROUNDS)
    next = fields.String(required=True, allow_none=True)


class ComingRound(fields.Schema):
    """What is collected. waste: what, in both languages. start, end: on the city's clocks."""

    code = fields.String(required=True)
    waste = fields.Attributes(required=True)
    start = fields.String(required=True, max=_CLOCK)
    end = fields.String(required=True, max=_CLOCK)


class CollectionComing(fields.Schema):
    """What is collected in a kelurahan on a day. begins_at: when the first of it begins."""

    area = fields.String(required=True)
    day = fields.String(required=True, max=10)
    begins_at = fields.Timestamp(required=True)
    rounds = fields.List(fields.Nested(ComingRound), required=True, min=1, max=MOST_ROUNDS)


LIST_COLLECTIONS = Operation(
    "list_collections",
    AskCollections,
    CollectionList,
    Text("When garbage is collected in an area", id="Jadwal angkut sampah di satu kelurahan"),
    errors=(Invalid,),
)
# told once for each kelurahan and day
COLLECTION_COMING = EventType(
    "reports",
    "collection.coming",
    CollectionComing,
    Text("Garbage is collected soon", id="Sampah segera diangkut"),
    consumers=("notify",),
)
