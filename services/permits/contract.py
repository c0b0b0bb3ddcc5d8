"""What permits offers."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, Operation
from services.chassis.errors import NotFound
from services.chassis.text import Text


class LegalBasis(fields.Schema):
    """The regulation a rule stems from, and when it is in force."""

    text = fields.String(required=True, max=fields.MAX_TEXT)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True, allow_none=True)


class FormChoice(fields.Schema):
    """One answer of a list question."""

    code = fields.String(required=True)
    label = fields.String(required=True)


class FormField(fields.Schema):
    """One question of a form, in the types of Open311; `min` and `max` bound a number."""

    code = fields.String(required=True)
    type = fields.String(required=True)
    required = fields.Boolean(required=True)
    label = fields.String(required=True)
    values = fields.List(fields.Nested(FormChoice), required=True, max=200)
    min = fields.Number(required=True, allow_none=True, min=-1e12, max=1e12)
    max = fields.Number(required=True, allow_none=True, min=-1e12, max=1e12)


class RequiredDocument(fields.Schema):
    """A document to hand in."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    required = fields.Boolean(required=True)
    types = fields.List(fields.String(), required=True)


class Step(fields.Schema):
    """One step of the procedure, who takes it, and in how many working days."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    agency = fields.String(required=True, allow_none=True)
    working_days = fields.Integer(required=True, min=0, max=1000)


class Fee(fields.Schema):
    """What it costs, in whole units of `currency`: nothing, a fixed amount, or a formula over the
    form's answers, whose result is rounded up to a multiple of `round_up_to`.
    """

    kind = fields.Choice(("none", "fixed", "formula"), required=True)
    currency = fields.String(required=True)
    amount = fields.Integer(required=True, allow_none=True, min=0, max=10**15)
    formula = fields.Attributes(required=True, allow_none=True)
    round_up_to = fields.Integer(required=True, min=1, max=1_000_000)
    note = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class ServiceLevel(fields.Schema):
    """Working days until the decision."""

    working_days = fields.Integer(required=True, min=0, max=1000)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class Validity(fields.Schema):
    """How long the permit is valid."""

    kind = fields.String(required=True)
    months = fields.Integer(required=True, allow_none=True, min=0, max=1200)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class PermitType(fields.Schema):
    """Everything an applicant must know beforehand."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT)
    agency = fields.String(required=True)
    form = fields.List(fields.Nested(FormField), required=True)
    documents = fields.List(fields.Nested(RequiredDocument), required=True)
    steps = fields.List(fields.Nested(Step), required=True)
    fee = fields.Nested(Fee, required=True)
    service_level = fields.Nested(ServiceLevel, required=True)
    validity = fields.Nested(Validity, required=True)
    legal_basis = fields.Nested(LegalBasis, required=True, allow_none=True)


class PermitTypeList(fields.Schema):
    """All of them, in the order of the city pack; there is no second page."""

    items = fields.List(fields.Nested(PermitType), required=True)
    next = fields.String(required=True, allow_none=True)


class PermitTypeCode(fields.Schema):
    """Which permit type."""

    code = fields.String(required=True, min=1, max=64)


LIST_PERMIT_TYPES = Operation(
    "list_permit_types",
    fields.Nothing,
    PermitTypeList,
    Text("List the permits one can apply for", id="Daftar jenis izin"),
)
GET_PERMIT_TYPE = Operation(
    "get_permit_type",
    PermitTypeCode,
    PermitType,
    Text("Read what a permit needs", id="Baca persyaratan izin"),
    errors=(NotFound,),
)

CONTRACT = Contract(
    "permits", Text("Permits", id="Perizinan"), (LIST_PERMIT_TYPES, GET_PERMIT_TYPE)
)
