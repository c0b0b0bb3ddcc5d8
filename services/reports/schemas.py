"""The forms in which reports are asked for and shown."""

from __future__ import annotations

from typing import Any

from services.chassis import fields, query_fields, text_fields
from services.reports.abuse.suspicion import Reason
from services.reports.lifecycle import State

SUSPECTED_FOR = tuple(reason.value for reason in Reason)
VISIBILITIES = ("public", "anonymous", "secret")
STATES = tuple(state.value for state in State)
MOST_PHOTOS = 6
PHOTO_SIZES = ("full", "thumb")
SPOKEN = ("hold", "resolve", "reject", "forward", "refer", "merge", "comment")
CHANNELS = ("counter", "call_centre", "village")


def photos_field(min: int = 0) -> fields.List:
    """Capabilities of uploaded photos, as `POST /v1/uploads` gave them; at least `min`."""
    capability = fields.String(min=20, max=400)
    example: dict[str, Any] = {} if min else {"metadata": {"example": []}}
    return fields.List(capability, min=min, max=MOST_PHOTOS, required=min > 0, **example)


class OnBehalf(fields.Schema):
    """Staff acts for somebody who came, called, or lives in the village. channel: which way."""

    channel = fields.Choice(CHANNELS, required=True, metadata={"example": "counter"})


class OnBehalfOf(OnBehalf):
    """account: whose report it is; left out for people without one."""

    account = fields.UUID()


class SubmitReport(fields.Schema):
    """A citizen's report. `attributes` answers what the category asks.

    visibility: left out, the category decides. contact_email: for those without an account, who
    then get a tracking code. on_behalf_of: for an agency's staff only.
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
    contact_email = text_fields.Email(metadata={"example": "warga@example.org"})
    photos = photos_field()
    on_behalf_of = fields.Nested(OnBehalfOf)


class Photo(fields.Schema):
    """A photo of a report; it is read by its number. width, height: pixels.

    version: the report's version when it came, so that before and after are told apart.
    """

    n = fields.Integer(required=True, min=1, max=1_000)
    width = fields.Integer(required=True, min=1, max=65_535)
    height = fields.Integer(required=True, min=1, max=65_535)
    version = fields.Integer(required=True, min=1, max=2**31 - 1)


class Contact(fields.Schema):
    """Whom to ask about a report, and where."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True, max=40)


class Original(fields.Schema):
    """The report of which another one is a duplicate, and where it stands."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    state = fields.Choice(STATES, required=True)


class Report(fields.Schema):
    """A report as its reader may see it.

    address: the place in words, as it was given. approximate: it is the middle of its kelurahan.

    duplicate_of: the report that is about the same and goes on; null for all that is no duplicate,
    and for whoever may not read that one. duplicates: how many are duplicates of this one; supports
    counts each person once, whichever of them they support.
    asked_at: when its reporter was asked whether it is still well, four weeks after it was closed;
    still_well: the answer. due_at: until when the agency has to act; null while nobody has to, or
    the reporter has.
    incident: only in the answer to what was just reported: of which incident it is a part.
    tracking_code: only in the answer to a guest who left a contact address. escalation: how many
    steps of the agency's ladder were told that the time is over.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    state = fields.Choice(STATES, required=True)
    category = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    address = fields.String(required=True, allow_none=True, max=500)
    approximate = fields.Boolean(required=True)
    visibility = fields.Choice(VISIBILITIES, required=True)
    attributes = fields.Attributes(required=True)
    photos = fields.List(fields.Nested(Photo), required=True)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    helpers = fields.List(
        fields.String(), required=True, metadata={"description": "agencies that take part"}
    )
    rating = fields.Integer(required=True, allow_none=True, min=1, max=5)
    asked_at = fields.Timestamp(required=True, allow_none=True)
    still_well = fields.Boolean(required=True, allow_none=True)
    supports = fields.Integer(required=True, min=0, max=2**31 - 1)
    duplicate_of = fields.Nested(Original, required=True, allow_none=True)
    duplicates = fields.Integer(required=True, min=0, max=2**31 - 1)
    due_at = fields.Timestamp(required=True, allow_none=True)
    reporter = fields.String(metadata={"description": "the reporter's account; staff only"})
    officer = fields.String(
        allow_none=True, metadata={"description": "who works on it; staff only"}
    )
    suspected = fields.List(
        fields.Choice(SUSPECTED_FOR),
        metadata={"description": "why the public does not see it yet; its reporter and staff"},
    )
    escalation = fields.Integer(min=0, max=10, metadata={"description": "staff only"})
    app = fields.String(
        allow_none=True,
        metadata={"description": "the API key of the app through which it came; staff only"},
    )
    contact = fields.Nested(
        Contact, metadata={"description": "what the reporter left for us to call; staff only"}
    )
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)
    tracking_code = fields.String()
    incident = fields.UUID()


class ReportId(fields.Schema):
    """Which report."""

    id = fields.UUID(required=True)


class GetPhoto(fields.Schema):
    """Which photo of which report, and how large."""

    id = fields.UUID(required=True)
    n = fields.Integer(required=True, min=1, max=1_000)
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


class Filters(fields.Schema):
    """Which reports; all that is given must fit.

    area: the code of a kelurahan or a kecamatan. bbox: west,south,east,north in degrees. since,
    until: when they came in, as a time or as a day of the city's calendar, both included. q: words
    of description and address, in any of their Indonesian forms; `"…"` keeps words together, `or`
    stands between alternatives, `-` before what must not be there.
    """

    state = fields.Choice(STATES)
    category = fields.String(min=1, max=64)
    area = fields.String(min=1, max=20)
    agency = fields.String(min=1, max=20)
    bbox = query_fields.BoundingBox()
    since = query_fields.DayOrTime()
    until = query_fields.DayOrTime()
    q = query_fields.Words()


class ListReports(Filters):
    """Filters, and which page. mine: only one's own."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
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
