"""The forms in which reports are asked for and shown."""

from __future__ import annotations

from typing import Any

from services.chassis import fields
from services.reports.lifecycle import State

VISIBILITIES = ("public", "anonymous", "secret")
STATES = tuple(state.value for state in State)
MOST_PHOTOS = 6
PHOTO_SIZES = ("full", "thumb")


def photos_field(min: int = 0) -> fields.List:
    """Capabilities of uploaded photos, as `POST /v1/uploads` gave them; at least `min`."""
    capability = fields.String(min=20, max=400)
    example: dict[str, Any] = {} if min else {"metadata": {"example": []}}
    return fields.List(capability, min=min, max=MOST_PHOTOS, required=min > 0, **example)


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
    """A photo of a report; it is read by its number. width, height: pixels.

    version: the report's version when it came, so that before and after are told apart.
    """

    n = fields.Integer(required=True, min=1, max=1_000)
    width = fields.Integer(required=True, min=1, max=65_535)
    height = fields.Integer(required=True, min=1, max=65_535)
    version = fields.Integer(required=True, min=1, max=2**31 - 1)


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
    rating = fields.Integer(required=True, allow_none=True, min=1, max=5)
    supports = fields.Integer(required=True, min=0, max=2**31 - 1)
    reporter = fields.String(metadata={"description": "the reporter's account; staff only"})
    officer = fields.String(
        allow_none=True, metadata={"description": "who works on it; staff only"}
    )
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)
    tracking_code = fields.String()


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


def said_field(example: str) -> fields.String:
    """What somebody says, in their own words."""
    return fields.String(
        required=True, min=1, max=fields.MAX_TEXT, multiline=True, metadata={"example": example}
    )


class Assign(ReportId):
    """agency: which is to work on it. officer: the account of the one who is."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DLH"})
    officer = fields.String(min=1, max=64)


class Hold(ReportId):
    """Why it has to wait."""

    reason = said_field("Menunggu foto tambahan dari pelapor")


class Resolve(ReportId):
    """What was done, and photos that show it."""

    note = said_field("Tumpukan sampah sudah diangkut")
    photos = photos_field(min=1)


class Reject(ReportId):
    """Why nothing will be done."""

    reason = said_field("Foto tidak menunjukkan lokasi")


class Forward(ReportId):
    """Which agency answers for it instead, and why."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DISHUB"})
    reason = said_field("Wewenang instansi lain")


class Reopen(ReportId):
    """Why it is not done."""

    reason = said_field("Sampah masih ada")


class Rate(ReportId):
    """How well it was done, from 1 to 5; 1 and 2 ask for it to be looked at again."""

    score = fields.Integer(required=True, min=1, max=5, metadata={"example": 5})
    text = fields.String(min=1, max=fields.MAX_TEXT, multiline=True)


class Comment(ReportId):
    """What one has to say about it."""

    text = said_field("Terima kasih")


class Hide(ReportId):
    """Why the public is not to see it any more."""

    reason = said_field("Memuat data pribadi")


class Follow(ReportId):
    """following: false to be told no more."""

    following = fields.Boolean(load_default=True)


class FollowerChanged(fields.Schema):
    """Who wants to be told of a report, or no more."""

    report_id = fields.UUID(required=True)
    person = fields.String(required=True)
    following = fields.Boolean(required=True)


class ReportChanged(ReportSubmitted):
    """What it became. by_staff: whether the agency did it. actor: an account's id."""

    state = fields.Choice(STATES, required=True)
    by_staff = fields.Boolean(required=True)
    actor = fields.String(required=True)


class TimelineEntry(fields.Schema):
    """One thing that happened. by: who, as far as everybody may know; actor: for staff only.

    text: what was said with it: the reason, the note, the comment.
    """

    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    action = fields.String(required=True)
    state = fields.Choice(STATES, required=True)
    at = fields.Timestamp(required=True)
    by = fields.String(required=True)
    text = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT, multiline=True)
    agency = fields.String(required=True, allow_none=True)
    actor = fields.String()
    officer = fields.String()


class Timeline(fields.Schema):
    """The whole life of a report, from its beginning."""

    items = fields.List(fields.Nested(TimelineEntry), required=True, max=1_000)
