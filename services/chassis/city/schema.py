"""Field types and pieces of schema that every file of the pack shares."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.model import LegalBasis
from services.chassis.text import Text

NEEDS_BASIS = Text(
    "Name a legal_basis, or say `decision: true`.",
    id="Sebutkan legal_basis, atau tulis `decision: true`.",
)
ENDS_EARLY = Text("valid_to lies before valid_from.", id="valid_to lebih awal daripada valid_from.")

_CODE_MESSAGES: dict[str, Any] = {
    "code": Text(
        "Only {letters}, digits and _, starting with a letter.",
        id="Hanya {letters}, angka, dan _, diawali huruf.",
    )
}
_DAY_MESSAGES: dict[str, Any] = {
    "day": Text("This must be a date YYYY-MM-DD.", id="Ini harus tanggal YYYY-MM-DD.")
}


class Code(fields.String):
    """A short name for machines: small letters, digits and `_`; `upper=True` for capitals."""

    default_error_messages = _CODE_MESSAGES

    def __init__(self, *, upper: bool = False, **kwargs: Any) -> None:
        super().__init__(min=1, max=40, required=kwargs.pop("required", True), **kwargs)
        self.letters = "A-Z" if upper else "a-z"

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(f"[{self.letters}][{self.letters}0-9_]*", text):
            raise self.make_error("code", letters=self.letters)
        return text


class Day(fields.String):
    """A date YYYY-MM-DD; with `reduced=True` also YYYY-MM and YYYY, when the day is not known.

    A reduced date means its first day, with `end=True` its last.
    """

    default_error_messages = _DAY_MESSAGES

    def __init__(self, *, reduced: bool = False, end: bool = False, **kwargs: Any) -> None:
        super().__init__(max=10, **kwargs)
        self.reduced, self.end = reduced, end

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        # YAML reads a bare year as a number.
        plain = str(value) if type(value) is int else value
        text = super()._deserialize(plain, attr, data, **kwargs)
        try:
            return self._day(text)
        except ValueError as error:
            raise self.make_error("day") from error

    def _day(self, text: str) -> date:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
        if not self.reduced or not re.fullmatch(r"\d{4}(-\d\d)?", text, re.ASCII):
            raise ValueError(text)
        year, month = int(text[:4]), int(text[5:] or (12 if self.end else 1))
        first = date(year, month, 1)
        if not self.end:
            return first
        return date(year, month, 31) if month == 12 else _day_before(date(year, month + 1, 1))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


class _TextSchema(fields.Schema):
    id = fields.String(required=True, min=1, max=1000, multiline=True)
    en = fields.String(required=True, min=1, max=1000, multiline=True)

    @ma.post_load
    def _make(self, data: dict[str, str], **_: Any) -> Text:
        return Text(data["en"], id=data["id"])


class LegalBasisSchema(fields.Schema):
    """A law and the time it is in force; `note` for what the reader should know."""

    text = fields.String(required=True, min=3, max=500)
    valid_from = Day(required=True, reduced=True)
    valid_to = Day(reduced=True, end=True, load_default=None, allow_none=True)
    note = fields.String(max=500, load_default="")

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["valid_to"] is not None and data["valid_to"] < data["valid_from"]:
            raise ma.ValidationError(ENDS_EARLY, "valid_to")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> LegalBasis:
        return LegalBasis(**data)


def bilingual(**kwargs: Any) -> fields.Nested:
    """A field `{id: …, en: …}` that loads as Text; both languages must be there."""
    return fields.Nested(_TextSchema, required=kwargs.pop("required", True), **kwargs)


def legal_basis() -> fields.Nested:
    """An optional field that loads as LegalBasis."""
    return fields.Nested(LegalBasisSchema, load_default=None)


class BasedSchema(fields.Schema):
    """Base for rules: each names the law it stems from, or says that it is the city's decision."""

    legal_basis = legal_basis()
    decision = fields.Boolean(load_default=False)

    @ma.validates_schema
    def _has_basis(self, data: dict[str, Any], **_: Any) -> None:
        if data["legal_basis"] is None and not data["decision"]:
            raise ma.ValidationError(NEEDS_BASIS, "legal_basis")
