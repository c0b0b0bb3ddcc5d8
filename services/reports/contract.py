"""What reports offers: operations, events, and the words for what can go wrong."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, EventType, Kind, Operation
from services.chassis.errors import IdempotencyKeyReused, Invalid, Malformed, NotFound
from services.chassis.text import Text

VISIBILITIES = ("public", "anonymous", "secret")
STATES = ("submitted",)
MOST_PHOTOS = 6
PHOTO_SIZES = ("full", "thumb")


def photos_field() -> fields.List:
    """Capabilities of uploaded photos, as `POST /v1/uploads` gave them."""
    return fields.List(fields.String(min=20, max=400), max=MOST_PHOTOS, metadata={"example": []})


class SubmitReport(fields.Schema):
    """A citizen's report. `attributes` answers what the category asks.

    visibility: left out, the category decides. contact_email: for guests only, who then get a
    tracking code.
    """

    category = fields.String(required=True, min=1, max=64, metadata={"example": "sampah"})
    description = fields.String(
        required=True,
        min=1,
        max=fields.MAX_TEXT,
        multiline=True,
        metadata={"example": "Tumpukan sampah di tepi jalan sejak tiga hari"},
    )
    lat = fields.Number(required=True, min=-90, max=90, metadata={"example": -6.3223})
    long = fields.Number(required=True, min=-180, max=180, metadata={"example": 106.6943})
    visibility = fields.Choice(VISIBILITIES, metadata={"example": "public"})
    attributes = fields.Attributes(metadata={"example": {}})
    contact_email = fields.Email(metadata={"example": "warga@example.org"})
    photos = photos_field()


class Photo(fields.Schema):
    """A photo of a report; it is read by its number. width, height: pixels."""

    n = fields.Integer(required=True, min=1, max=100)
    width = fields.Integer(required=True, min=1, max=65_535)
    height = fields.Integer(required=True, min=1, max=65_535)


class Report(fields.Schema):
    """A report as its reader may see it.

    tracking_code: only in the answer to a guest who left a contact address.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    state = fields.Choice(STATES, required=True)
    category = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    visibility = fields.Choice(VISIBILITIES, required=True)
    attributes = fields.Attributes(required=True)
    photos = fields.List(fields.Nested(Photo), required=True)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    reporter = fields.String(metadata={"description": "the reporter's account; staff only"})
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)
    tracking_code = fields.String()


class ReportId(fields.Schema):
    """Which report."""

    id = fields.UUID(required=True)


class GetPhoto(fields.Schema):
    """Which photo of which report, and how large."""

    id = fields.UUID(required=True)
    n = fields.Integer(required=True, min=1, max=100)
    size = fields.Choice(PHOTO_SIZES, load_default="full")


class StoredPhoto(fields.Schema):
    """Where the photo is in the file store. is_public: whether everybody may see it.

    name: a file name for those who keep it.
    """

    hour = fields.String(required=True)
    digest = fields.String(required=True)
    size = fields.Choice(PHOTO_SIZES, required=True)
    is_public = fields.Boolean(required=True)
    name = fields.String(required=True)


class ListReports(fields.Schema):
    """Filters; all that are given must fit."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    state = fields.Choice(STATES)
    category = fields.String(min=1, max=64)
    area = fields.String(min=1, max=20)
    agency = fields.String(min=1, max=20)
    mine = fields.Boolean(load_default=False)


class ReportList(fields.Schema):
    """Newest first. `next` is the cursor of the following page, null on the last."""

    items = fields.List(fields.Nested(Report), required=True)
    next = fields.String(required=True, allow_none=True)


class TrackReport(fields.Schema):
    """A report's number and the tracking code its guest was given."""

    number = fields.String(required=True, min=1, max=40)
    code = fields.String(required=True, min=1, max=40)


class Words(fields.Schema):
    """The same in both languages."""

    id = fields.String(required=True)
    en = fields.String(required=True)


class ReportSubmitted(fields.Schema):
    """Ids, codes and the category's name; `reporter` is an account's id, null for guests."""

    report_id = fields.UUID(required=True)
    number = fields.String(required=True)
    category = fields.String(required=True)
    category_name = fields.Nested(Words, required=True)
    area = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    visibility = fields.Choice(VISIBILITIES, required=True)
    reporter = fields.String(required=True, allow_none=True)


SUBMIT_REPORT = Operation(
    "submit_report",
    SubmitReport,
    Report,
    Text("Report something", id="Laporkan sesuatu"),
    Kind.COMMAND,
    errors=(Invalid, IdempotencyKeyReused),
)
GET_REPORT = Operation(
    "get_report", ReportId, Report, Text("Read a report", id="Baca laporan"), errors=(NotFound,)
)
GET_PHOTO = Operation(
    "get_photo",
    GetPhoto,
    StoredPhoto,
    Text("See a photo of a report", id="Lihat foto laporan"),
    errors=(NotFound,),
)
LIST_REPORTS = Operation(
    "list_reports",
    ListReports,
    ReportList,
    Text("List reports, newest first", id="Daftar laporan, terbaru dahulu"),
    errors=(Malformed,),
)
TRACK_REPORT = Operation(
    "track_report",
    TrackReport,
    Report,
    Text("Follow a guest's report", id="Lacak laporan tamu"),
    errors=(NotFound,),
)

SUBMITTED = EventType(
    "reports",
    "report.submitted",
    ReportSubmitted,
    Text("A report came in", id="Laporan masuk"),
    consumers=("notify",),
)

CONTRACT = Contract(
    "reports",
    Text("Citizens' reports", id="Laporan warga"),
    (SUBMIT_REPORT, GET_REPORT, GET_PHOTO, LIST_REPORTS, TRACK_REPORT),
    (SUBMITTED,),
)
