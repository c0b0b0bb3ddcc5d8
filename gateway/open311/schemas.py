"""What Open311 GeoReport v2 asks and answers, by the names of its specification."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.city.attributes import TYPES

FORMATS = ("json", "xml")
MOST_FOUND = 1_000
MOST_PAGES = 100_000
CALLBACK_MAX = 64


class InFormat(fields.Schema):
    """jurisdiction_id: taken and not looked at, since one city answers here."""

    format = fields.Choice(FORMATS, required=True, metadata={"example": "json"})
    jurisdiction_id = fields.String(max=200)


class Ask(InFormat):
    """callback: the name of a function for JSONP; JSON only."""

    callback = fields.String(max=CALLBACK_MAX)


class AskDefinition(Ask):
    """Which service."""

    service_code = fields.String(required=True, min=1, max=64, metadata={"example": "sampah"})


class AskRequests(Ask):
    """Which requests. service_request_id: just these, whatever else is said; like service_code and
    status one or several, with commas. start_date, end_date: at most 90 days apart."""

    service_request_id = fields.String(max=1_800)
    service_code = fields.String(max=1_000)
    status = fields.String(max=40, metadata={"example": "open"})
    start_date = fields.String(max=40)
    end_date = fields.String(max=40)
    page = fields.Integer(min=1, max=MOST_PAGES)
    page_size = fields.Integer(min=1, max=MOST_FOUND)
    extensions = fields.Boolean()


class AskRequest(Ask):
    """Which request, by its number."""

    service_request_id = fields.String(
        required=True, min=1, max=40, metadata={"example": "LP-2026-0000012-3"}
    )
    extensions = fields.Boolean()


class AskToken(Ask):
    """A token that the answer to a request held."""

    token = fields.String(required=True, min=1, max=64)


class SubmitForm(InFormat):
    """A request, as a form. attribute: `attribute[code]=…`, or `attribute[code][]=…` several times.

    The place is lat and long, or an address_string that names a kelurahan, or the code of one as
    address_id. media_url and account_id are taken and not kept; of device_id a digest is, for a
    while, against abuse.
    """

    api_key = fields.String(max=200)
    service_code = fields.String(required=True, max=64, metadata={"example": "sampah"})
    lat = fields.String(max=40, metadata={"example": "-6.3223"})
    long = fields.String(max=40, metadata={"example": "106.6943"})
    address_string = fields.String(max=500)
    address_id = fields.String(max=40)
    email = fields.String(max=254)
    device_id = fields.String(max=200)
    account_id = fields.String(max=200)
    first_name = fields.String(max=99)
    last_name = fields.String(max=99)
    phone = fields.String(max=40)
    description = fields.String(max=fields.MAX_TEXT, multiline=True)
    media_url = fields.String(max=2_000)
    attribute = fields.Attributes()


class Endpoint(fields.Schema):
    """Where one version of the API is."""

    specification = fields.String(required=True)
    url = fields.String(required=True)
    changeset = fields.String(required=True)
    type = fields.Choice(("production", "test"), required=True)
    formats = fields.List(fields.String(), required=True)


class Discovery(fields.Schema):
    """What there is, and whom to ask for a key. changeset: when services last changed."""

    changeset = fields.String(required=True)
    contact = fields.String(required=True)
    key_service = fields.String(required=True)
    endpoints = fields.List(fields.Nested(Endpoint), required=True)


class Service(fields.Schema):
    """What can be requested. metadata: whether it has a definition."""

    service_code = fields.String(required=True)
    service_name = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT)
    metadata = fields.Boolean(required=True)
    type = fields.Choice(("realtime", "batch", "blackbox"), required=True)
    keywords = fields.String(required=True)
    group = fields.String(required=True)


class Value(fields.Schema):
    """One answer of a list."""

    key = fields.String(required=True)
    name = fields.String(required=True)


class Attribute(fields.Schema):
    """One question of a service."""

    variable = fields.Boolean(required=True)
    code = fields.String(required=True)
    datatype = fields.Choice(TYPES, required=True)
    required = fields.Boolean(required=True)
    datatype_description = fields.String(required=True, allow_none=True)
    order = fields.Integer(required=True, min=1, max=1_000)
    description = fields.String(required=True)
    values = fields.List(fields.Nested(Value), max=200)


class Definition(fields.Schema):
    """The questions of a service."""

    service_code = fields.String(required=True)
    attributes = fields.List(fields.Nested(Attribute), required=True)


class ServiceRequest(fields.Schema):
    """A request as everybody may see it. updated_datetime: when closed, since when."""

    service_request_id = fields.String(required=True)
    status = fields.Choice(("open", "closed"), required=True)
    status_notes = fields.String(required=True, max=fields.MAX_TEXT * 2, multiline=True)
    service_name = fields.String(required=True)
    service_code = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    agency_responsible = fields.String(required=True)
    service_notice = fields.String(required=True, allow_none=True)
    requested_datetime = fields.Timestamp(required=True)
    updated_datetime = fields.Timestamp(required=True)
    expected_datetime = fields.Timestamp(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True, max=500)
    address_id = fields.String(required=True, allow_none=True)
    zipcode = fields.String(required=True, allow_none=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    media_url = fields.String(required=True, allow_none=True, max=500)
    extended_attributes = fields.Attributes(metadata={"description": "with extensions=true only"})


class Submitted(fields.Schema):
    """What became of a request: its number, or a token to those who prefer to ask for it later."""

    service_request_id = fields.String()
    token = fields.String()
    service_notice = fields.String(required=True, max=fields.MAX_TEXT)
    account_id = fields.String(required=True, allow_none=True)


class Resolved(fields.Schema):
    """The number behind a token."""

    service_request_id = fields.String(required=True)
    token = fields.String(required=True)


class Error(fields.Schema):
    """One thing that is wrong. code: the HTTP status."""

    code = fields.Integer(required=True, min=400, max=599)
    description = fields.String(required=True, max=fields.MAX_TEXT)
