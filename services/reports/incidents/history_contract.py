"""What was in the streets: incidents that are over, and which corridors are worst at which hour."""

from __future__ import annotations

from services.chassis import fields, query_fields
from services.chassis.contract import Operation
from services.chassis.errors import Invalid, Malformed
from services.chassis.text import Text
from services.reports.incidents.schemas import MOST_LISTED, IncidentFeatures

LONGEST_DAYS = 31
# a corridor is a field of so many degrees, about 550 m
CORRIDOR_DEGREES = 0.005
_MOST = 2**53


class ListHistory(fields.Schema):
    """Which of those that are over; all that is given must fit.

    since, until: when they began, as a time or as a day of the city's calendar, at most 31 days;
    left out, the last seven. bbox: as for those that live.
    """

    since = query_fields.DayOrTime()
    until = query_fields.DayOrTime()
    bbox = query_fields.BoundingBox()
    category = fields.String(min=1, max=64)
    limit = fields.Integer(min=1, max=MOST_LISTED, load_default=MOST_LISTED)
    cursor = fields.String(max=200)


class AskCorridors(fields.Schema):
    """month: such as 2026-11, on the city's calendar; this one if left out. hour: of the day."""

    month = query_fields.Month()
    hour = fields.Integer(min=0, max=23)
    category = fields.String(min=1, max=64)
    limit = fields.Integer(min=1, max=MOST_LISTED, load_default=20)


class Corridor(fields.Schema):
    """A field of the map, a direction and an hour of the day. incidents: how many were there in
    that hour; minutes: for how long, together; lat, long: its middle."""

    hour = fields.Integer(required=True, min=0, max=23)
    direction = fields.String(required=True, allow_none=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    bbox = fields.List(fields.Number(min=-180, max=180), required=True, min=4, max=4)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    incidents = fields.Integer(required=True, min=0, max=_MOST)
    minutes = fields.Integer(required=True, min=0, max=_MOST)


class Corridors(fields.Schema):
    """The worst first: those in which incidents lasted longest."""

    month = fields.String(required=True)
    items = fields.List(fields.Nested(Corridor), required=True)
    next = fields.String(required=True, allow_none=True)


LIST_HISTORY = Operation(
    "list_incident_history",
    ListHistory,
    IncidentFeatures,
    Text("Traffic incidents that are over", id="Riwayat gangguan lalu lintas"),
    errors=(Malformed, Invalid),
)
CORRIDORS = Operation(
    "worst_corridors",
    AskCorridors,
    Corridors,
    Text("Where traffic is worst, by hour", id="Ruas terburuk menurut jam"),
    errors=(Invalid,),
)
HISTORY_OPERATIONS = (LIST_HISTORY, CORRIDORS)
