"""A permit type: its value types, and the schema of its file in the city pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import Attribute, AttributeSchema, LegalBasis
from services.chassis.city.schema import BasedSchema, Code, bilingual
from services.chassis.principal import Role
from services.chassis.text import Text

STEP_ROLES = (Role.CITIZEN, Role.OFFICER, Role.SUPERVISOR)
FEE_KINDS = ("none", "fixed", "formula")
VALIDITY_KINDS = ("unlimited", "months", "single_use", "form_dates")
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")

NEEDS_AMOUNT = Text("A fixed fee needs an amount.", id="Biaya tetap memerlukan amount.")
NEEDS_FORMULA = Text("A formula fee needs a formula.", id="Biaya rumus memerlukan formula.")
NOT_HERE = Text("This does not fit the kind.", id="Ini tidak sesuai dengan kind.")
NEEDS_MONTHS = Text("Say how many months.", id="Sebutkan jumlah bulan.")


@dataclass(frozen=True)
class RequiredDocument:
    """A paper the applicant hands in; `types` are the accepted media types."""

    code: str
    name: Text
    required: bool
    types: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One step of the work: who does it, in how many working days. The applicant has no agency."""

    code: str
    name: Text
    role: Role
    agency: str | None
    working_days: int


@dataclass(frozen=True)
class Fee:
    """What it costs, in whole units of `currency`.

    kind: `none`, `fixed` (`amount`) or `formula` (a tree, see `services/permits/fees.py`).
    """

    kind: str
    currency: str
    amount: int | None
    formula: Mapping[str, Any] | None
    round_up_to: int
    note: Text | None
    legal_basis: LegalBasis | None
    decision: bool


@dataclass(frozen=True)
class ServiceLevel:
    """Working days from a complete application to the permit."""

    working_days: int
    legal_basis: LegalBasis | None
    decision: bool


@dataclass(frozen=True)
class Validity:
    """How long the permit lasts.

    kind: `unlimited`, `months`, `single_use`, or `form_dates` (as long as the form says).
    """

    kind: str
    months: int | None
    legal_basis: LegalBasis | None
    decision: bool


@dataclass(frozen=True)
class PermitType:
    """One permit people can apply for."""

    code: str
    name: Text
    description: Text
    agency: str
    form: tuple[Attribute, ...]
    documents: tuple[RequiredDocument, ...]
    steps: tuple[Step, ...]
    fee: Fee
    service_level: ServiceLevel
    validity: Validity
    legal_basis: LegalBasis | None
    decision: bool


class _DocumentSchema(fields.Schema):
    code = Code()
    name = bilingual()
    required = fields.Boolean(required=True)
    types = fields.List(
        fields.Choice(MEDIA_TYPES),
        load_default=lambda: list(MEDIA_TYPES),
        validate=ma.validate.Length(min=1, error=Text("Name a type.", id="Sebutkan satu tipe.")),
    )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> RequiredDocument:
        return RequiredDocument(**data | {"types": tuple(data["types"])})


class _StepSchema(fields.Schema):
    code = Code()
    name = bilingual()
    role = fields.Choice(tuple(STEP_ROLES), required=True)
    agency = Code(upper=True, required=False, load_default=None)
    working_days = fields.Integer(required=True, min=0, max=365)

    @ma.validates_schema
    def _agency_fits_role(self, data: dict[str, Any], **_: Any) -> None:
        if (data["role"] == Role.CITIZEN) != (data["agency"] is None):
            raise ma.ValidationError(
                Text(
                    "Staff steps name an agency, the applicant's do not.",
                    id="Langkah petugas menyebut instansi, langkah pemohon tidak.",
                ),
                "agency",
            )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Step:
        return Step(**data | {"role": Role(data["role"])})


class _FeeSchema(BasedSchema):
    kind = fields.Choice(FEE_KINDS, required=True)
    currency = fields.Choice(("IDR",), load_default="IDR")
    amount = fields.Integer(min=1, max=10**12, load_default=None)
    formula = ma.fields.Raw(load_default=None)
    round_up_to = fields.Integer(min=1, max=1_000_000, load_default=1)
    note = bilingual(required=False, load_default=None)

    @ma.validates_schema
    def _fits_kind(self, data: dict[str, Any], **_: Any) -> None:
        needed = {"fixed": "amount", "formula": "formula"}.get(data["kind"])
        wrong: dict[str, list[str]] = {}
        for name, message in (("amount", NEEDS_AMOUNT), ("formula", NEEDS_FORMULA)):
            given = data[name] is not None
            if given != (name == needed):
                wrong[name] = [NOT_HERE if given else message]
        if wrong:
            raise ma.ValidationError(dict(wrong))

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Fee:
        return Fee(**data)


class _ServiceLevelSchema(BasedSchema):
    working_days = fields.Integer(required=True, min=0, max=365)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> ServiceLevel:
        return ServiceLevel(**data)


class _ValiditySchema(BasedSchema):
    kind = fields.Choice(VALIDITY_KINDS, required=True)
    months = fields.Integer(min=1, max=1200, load_default=None)

    @ma.validates_schema
    def _fits_kind(self, data: dict[str, Any], **_: Any) -> None:
        given = data["months"] is not None
        if given != (data["kind"] == "months"):
            raise ma.ValidationError(NOT_HERE if given else NEEDS_MONTHS, "months")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Validity:
        return Validity(**data)


class PermitTypeSchema(BasedSchema):
    """One file of `permit_types/`; loads as PermitType."""

    code = Code()
    name = bilingual()
    description = bilingual()
    agency = Code(upper=True)
    form = fields.List(fields.Nested(AttributeSchema), required=True)
    documents = fields.List(fields.Nested(_DocumentSchema), required=True)
    steps = fields.List(fields.Nested(_StepSchema), required=True)
    fee = fields.Nested(_FeeSchema, required=True)
    service_level = fields.Nested(_ServiceLevelSchema, required=True)
    validity = fields.Nested(_ValiditySchema, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> PermitType:
        lists = {name: tuple(data[name]) for name in ("form", "documents", "steps")}
        return PermitType(**data | lists)
