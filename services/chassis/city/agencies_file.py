"""`agencies.yaml`: who works for the city."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.document import Document
from services.chassis.city.model import Agency, EscalationStep
from services.chassis.city.pack import Pack
from services.chassis.city.schema import Code, bilingual
from services.chassis.text import Text

FILE = "agencies.yaml"
KINDS = ("dinas", "badan", "satuan", "sekretariat", "kecamatan", "other")

UNKNOWN_AGENCY = Text(
    "No agency {code} stands in agencies.yaml.",
    id="Tidak ada instansi {code} dalam agencies.yaml.",
)
TELL = ("supervisors", "head", "overseers")
NOT_RISING = Text(
    "after_working_days must rise from step to step.",
    id="after_working_days harus naik dari satu langkah ke langkah berikutnya.",
)


class _StepSchema(fields.Schema):
    after_working_days = fields.Integer(required=True, min=0, max=365)
    to = bilingual()
    tell = fields.Choice(TELL, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> EscalationStep:
        return EscalationStep(**data)


class _AgencySchema(fields.Schema):
    code = Code(upper=True)
    name = bilingual()
    kind = fields.Choice(KINDS, required=True)
    escalation = fields.List(fields.Nested(_StepSchema), load_default=list, max=10)

    @ma.validates_schema
    def _rising(self, data: dict[str, Any], **_: Any) -> None:
        days = [step.after_working_days for step in data["escalation"]]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ma.ValidationError(NOT_RISING, "escalation")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Agency:
        return Agency(**data | {"escalation": tuple(data["escalation"])})


class _FileSchema(fields.Schema):
    agencies = ma.fields.Raw()


def read_agencies(pack: Pack) -> tuple[Document | None, dict[str, Agency]]:
    """The agencies by code."""
    document = pack.yaml(FILE)
    if document is None:
        return None, {}
    pack.load(document, (), _FileSchema)
    found = pack.load_items(document, ("agencies",), _AgencySchema)
    pack.unique(document, ("agencies",))
    return document, {agency.code: agency for _, agency in found}
