"""What people can report, as the city pack says it: for whoever builds a form."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.city.attributes import TYPES
from services.chassis.contract import Operation
from services.chassis.errors import NotFound
from services.chassis.text import Text

KINDS = ("case", "incident", "site")
PRIORITIES = ("low", "normal", "high", "urgent")


class LegalBasis(fields.Schema):
    """The regulation a rule stems from, and when it is in force."""

    text = fields.String(required=True, max=fields.MAX_TEXT)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, max=fields.MAX_TEXT)


class AskedChoice(fields.Schema):
    """One answer of a list question."""

    code = fields.String(required=True)
    label = fields.String(required=True)


class AskedAttribute(fields.Schema):
    """One question, in the six types of Open311; `min` and `max` bound a number."""

    code = fields.String(required=True)
    type = fields.Choice(TYPES, required=True)
    required = fields.Boolean(required=True)
    label = fields.String(required=True)
    values = fields.List(fields.Nested(AskedChoice), required=True, max=200)
    min = fields.Number(required=True, allow_none=True, min=-1e12, max=1e12)
    max = fields.Number(required=True, allow_none=True, min=-1e12, max=1e12)


class ServiceLevel(fields.Schema):
    """Terms in working days: to verification, then to an answer."""

    verify_working_days = fields.Integer(required=True, min=0, max=60)
    answer_working_days = fields.Integer(required=True, min=0, max=365)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class AgencyThere(fields.Schema):
    """Who answers in one area, a kelurahan or a kecamatan."""

    area = fields.String(required=True)
    area_name = fields.String(required=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)


class Category(fields.Schema):
    """One category. groups: names of the headings above it, the nearest first.

    agency: who answers, except in the areas of agency_by_area; a kelurahan goes before its
    kecamatan. duplicate_radius_m: nearer reports may be the same thing. names: in all our
    languages, for those who search.
    """

    code = fields.String(required=True)
    name = fields.String(required=True)
    names = fields.List(fields.String(), required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT)
    groups = fields.List(fields.String(), required=True)
    kind = fields.Choice(KINDS, required=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    agency_by_area = fields.List(fields.Nested(AgencyThere), required=True, max=10_000)
    attributes = fields.List(fields.Nested(AskedAttribute), required=True)
    duplicate_radius_m = fields.Number(required=True, min=0, max=10_000)
    priority = fields.Choice(PRIORITIES, required=True)
    service_level = fields.Nested(ServiceLevel, required=True)
    anonymous_default = fields.Boolean(required=True)
    must_be_inside = fields.Boolean(required=True)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class CategoryList(fields.Schema):
    """All categories, in the order of the city pack. changed_at: since when they are as they are.

    city: what the city is called.
    """

    items = fields.List(fields.Nested(Category), required=True)
    next = fields.String(required=True, allow_none=True)
    changed_at = fields.Timestamp(required=True)
    city = fields.String(required=True)


class CategoryCode(fields.Schema):
    """Which category."""

    code = fields.String(required=True, min=1, max=64, metadata={"example": "sampah"})


LIST_CATEGORIES = Operation(
    "list_categories",
    fields.Nothing,
    CategoryList,
    Text("What can be reported", id="Apa yang dapat dilaporkan"),
)
GET_CATEGORY = Operation(
    "get_category",
    CategoryCode,
    Category,
    Text("One category, with what it asks", id="Satu kategori beserta pertanyaannya"),
    errors=(NotFound,),
)
