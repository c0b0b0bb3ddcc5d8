"""Reports as Open311 knows them, "service requests": found by filters, and sent in by apps."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from services.chassis import fields, text_fields
from services.chassis.contract import Kind, Operation
from services.chassis.errors import IdempotencyKeyReused, Invalid
from services.chassis.principal import Role
from services.chassis.text import Text
from services.reports.schemas import STATES, photos_field

MOST_FOUND = 1_000
MOST_SKIPPED = 100_000
LONGEST_DAYS = 90
STATUSES = ("open", "closed")

HALF_A_PLACE = Text("lat and long come together.", id="lat dan long harus dikirim bersama.")
NO_PLACE = Text(
    "Say where: lat and long, or an address that names the kelurahan, or a kelurahan's code.",
    id="Sebutkan lokasi: lat dan long, atau alamat dengan nama kelurahan, atau kode kelurahan.",
)


class FindReports(fields.Schema):
    """Which public reports, newest first. numbers: just these, whatever else is said.

    since, until: when they came in, both included; at most 90 days apart. One that is left out is
    90 days from the other; without both it is the last 90 days. offset: so many are skipped.
    """

    numbers = fields.List(fields.String(min=1, max=40), max=MOST_FOUND)
    categories = fields.List(fields.String(min=1, max=64))
    statuses = fields.List(fields.Choice(STATUSES), max=len(STATUSES))
    since = fields.Timestamp()
    until = fields.Timestamp()
    limit = fields.Integer(load_default=MOST_FOUND, min=1, max=MOST_FOUND)
    offset = fields.Integer(load_default=0, min=0, max=MOST_SKIPPED)


class FoundReport(fields.Schema):
    """A public report as everybody may see it, without the people in it.

    notes: where it stands in words, and what the agency last said to it. address: as it was given,
    else the kelurahan. settled_at: since when it is closed. photos: how many.
    """

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    state = fields.Choice(STATES, required=True)
    notes = fields.String(required=True, max=fields.MAX_TEXT * 2, multiline=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    agency_name = fields.String(required=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    approximate = fields.Boolean(required=True)
    area = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True, max=500)
    photos = fields.Integer(required=True, min=0, max=1_000)
    supports = fields.Integer(required=True, min=0, max=2**31 - 1)
    due_at = fields.Timestamp(required=True, allow_none=True)
    created_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)
    settled_at = fields.Timestamp(required=True, allow_none=True)


class FoundReports(fields.Schema):
    """What was found."""

    items = fields.List(fields.Nested(FoundReport), required=True, max=MOST_FOUND)


class SubmitRequest(fields.Schema):
    """What an app sends in for somebody. attributes: answers as text, a list for several.

    The place: lat and long; or `area`, the code of a kelurahan; or an address that names one. Of
    the last two the kelurahan's centre is taken and marked as approximate. contact_*: of the
    reporter, seen by nobody but the agency's staff.
    """

    category = fields.String(required=True, min=1, max=64)
    description = text_fields.PlainText(load_default="", max=fields.MAX_TEXT, multiline=True)
    lat = fields.Number(min=-90, max=90)
    long = fields.Number(min=-180, max=180)
    area = fields.String(min=1, max=20)
    address = text_fields.PlainText(min=1, max=500)
    attributes = fields.Attributes()
    contact_email = text_fields.Email()
    contact_name = text_fields.PlainText(min=1)
    contact_phone = fields.String(min=3, max=40)
    photos = photos_field()

    @ma.validates_schema
    def _is_somewhere(self, data: dict[str, Any], **_: Any) -> None:
        missing = [name for name in ("lat", "long") if name not in data]
        if len(missing) == 1:
            raise ma.ValidationError(HALF_A_PLACE, missing[0])
        if missing and "address" not in data and "area" not in data:
            raise ma.ValidationError(NO_PLACE, "lat")


class TakenRequest(fields.Schema):
    """What became of it. approximate: the place is the middle of a kelurahan."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    agency_name = fields.String(required=True)
    area_name = fields.String(required=True, allow_none=True)
    approximate = fields.Boolean(required=True)


FIND_REPORTS = Operation(
    "find_reports",
    FindReports,
    FoundReports,
    Text("Find public reports", id="Cari laporan publik"),
    errors=(Invalid,),
)
SUBMIT_REQUEST = Operation(
    "submit_request",
    SubmitRequest,
    TakenRequest,
    Text("Send in what somebody told an app", id="Kirim laporan dari aplikasi"),
    Kind.COMMAND,
    access=frozenset({Role.APP}),
    errors=(Invalid, IdempotencyKeyReused),
)
