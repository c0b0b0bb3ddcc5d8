"""Which open reports are near a place: asked before the same thing is reported again."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import Invalid
from services.chassis.text import Text
from services.reports.schemas import STATES, Photo

MOST_NEAR = 20


class AskNearby(fields.Schema):
    """Where, in WGS84 degrees, and what it is about."""

    lat = fields.Number(
        required=True, min=-90, max=90, from_text=True, metadata={"example": -6.3223}
    )
    long = fields.Number(
        required=True, min=-180, max=180, from_text=True, metadata={"example": 106.6943}
    )
    category = fields.String(required=True, min=1, max=64, metadata={"example": "sampah"})


class NearReport(fields.Schema):
    """What shows whether a report is about the same. distance_m: how far away it is, in metres.

    Instead of reporting it again, one supports it (`POST /v1/reports/{id}/support`) or follows it
    (`POST /v1/reports/{id}/follow`). created_at: since when it is known.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.Choice(STATES, required=True)
    category = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    address = fields.String(required=True, allow_none=True, max=500)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    photos = fields.List(fields.Nested(Photo), required=True)
    supports = fields.Integer(required=True, min=0, max=2**31 - 1)
    created_at = fields.Timestamp(required=True)
    distance_m = fields.Number(required=True, min=0, max=20_100_000)


class NearReports(fields.Schema):
    """The nearest first, at most twenty; there is no further page.

    radius_m: how far was looked, as the category says; 0 if nothing of it is ever the same.
    """

    items = fields.List(fields.Nested(NearReport), required=True, max=MOST_NEAR)
    next = fields.String(required=True, allow_none=True)
    radius_m = fields.Number(required=True, min=0, max=10_000)


FIND_NEARBY = Operation(
    "find_nearby",
    AskNearby,
    NearReports,
    Text("Open reports near a place", id="Laporan terbuka di sekitar lokasi"),
    errors=(Invalid,),
)
