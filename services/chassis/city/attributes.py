"""Questions that a category or a permit form asks, in the six types of Open311 GeoReport v2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack
from services.chassis.city.problems import Path
from services.chassis.city.schema import Code, bilingual
from services.chassis.text import Text

LIST_TYPES = ("singlevaluelist", "multivaluelist")
TYPES = ("string", "number", "datetime", "text", *LIST_TYPES)

NEEDS_VALUES = Text("A list type needs values.", id="Tipe daftar memerlukan values.")
NO_VALUES = Text("Only list types have values.", id="Hanya tipe daftar yang memiliki values.")
NOT_A_NUMBER = Text("Only numbers have bounds.", id="Hanya angka yang memiliki batas.")
BOUNDS = Text("max is smaller than min.", id="max lebih kecil daripada min.")


@dataclass(frozen=True)
class Choice:
    """One answer of a list type."""

    code: str
    label: Text


@dataclass(frozen=True)
class Attribute:
    """One question. `min` and `max` bound a number, both allowed."""

    code: str
    type: str
    required: bool
    label: Text
    values: tuple[Choice, ...] = ()
    min: float | None = None
    max: float | None = None


class _ChoiceSchema(fields.Schema):
    code = Code()
    label = bilingual()

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Choice:
        return Choice(**data)


class AttributeSchema(fields.Schema):
    """One question in a pack file; loads as Attribute."""

    code = Code()
    type = fields.Choice(TYPES, required=True)
    required = fields.Boolean(required=True)
    label = bilingual()
    values = fields.List(fields.Nested(_ChoiceSchema), load_default=list, max=200)
    min = fields.Number(min=-1e12, max=1e12, load_default=None)
    max = fields.Number(min=-1e12, max=1e12, load_default=None)

    @ma.validates_schema
    def _fits_type(self, data: dict[str, Any], **_: Any) -> None:
        if data["type"] in LIST_TYPES and not data["values"]:
            raise ma.ValidationError(NEEDS_VALUES, "values")
        if data["type"] not in LIST_TYPES and data["values"]:
            raise ma.ValidationError(NO_VALUES, "values")
        low, high = data["min"], data["max"]
        if data["type"] != "number" and (low, high) != (None, None):
            raise ma.ValidationError(NOT_A_NUMBER, "max" if low is None else "min")
        if low is not None and high is not None and high < low:
            raise ma.ValidationError(BOUNDS, "max")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Attribute:
        return Attribute(**data | {"values": tuple(data["values"])})


def check_attributes(pack: Pack, document: Document, path: Path) -> None:
    """Report codes that stand twice in the questions at `path`, or in the values of one."""
    pack.unique(document, path)
    for position in range(len(document.items(path))):
        pack.unique(document, (*path, position, "values"))
