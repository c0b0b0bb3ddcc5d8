"""Check what somebody answered to the questions of a category or a permit form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.attributes import Attribute

_ANY = 1e15
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def answers_schema(attributes: Sequence[Attribute], *, partial: bool = False) -> fields.Schema:
    """A schema for the object `{attribute code: answer}`; unknown codes are refused.

    partial: nothing is required, as in a draft.
    """
    asked = {attribute.code: _FIELDS[attribute.type](attribute) for attribute in attributes}
    schema: fields.Schema = fields.Schema.from_dict(asked, name="Answers")(partial=partial)  # type: ignore[assignment]
    return schema


def clean_answers(attributes: Sequence[Attribute], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored (JSON values); raises Invalid with every wrong field."""
    schema = answers_schema(attributes)
    loaded = fields.load(schema, dict(given))
    stored: dict[str, Any] = schema.dump(loaded)
    return {code: stored[code] for code in loaded}


def answers_of_form(attributes: Sequence[Attribute], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a form, where everything is text, in the types that were asked for.

    What cannot be read stays as it is, and `clean_answers` says what is wrong with it.
    """
    types = {attribute.code: attribute.type for attribute in attributes}
    return {code: _of_form(types.get(code), answer) for code, answer in given.items()}


def _of_form(kind: str | None, answer: Any) -> Any:
    if kind == "multivaluelist":
        return answer if isinstance(answer, list) else [answer]
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if kind == "number" and isinstance(answer, str) and _NUMBER.fullmatch(answer):
        return float(answer)
    return answer


def _string(attribute: Attribute) -> ma.fields.Field[Any]:
    return fields.String(min=1, required=attribute.required)


def _text(attribute: Attribute) -> ma.fields.Field[Any]:
    return fields.String(min=1, max=fields.MAX_TEXT, multiline=True, required=attribute.required)


def _number(attribute: Attribute) -> ma.fields.Field[Any]:
    low = -_ANY if attribute.min is None else attribute.min
    high = _ANY if attribute.max is None else attribute.max
    return fields.Number(min=low, max=high, required=attribute.required)


def _datetime(attribute: Attribute) -> ma.fields.Field[Any]:
    return fields.Timestamp(required=attribute.required)


def _one(attribute: Attribute) -> ma.fields.Field[Any]:
    codes = tuple(choice.code for choice in attribute.values)
    return fields.Choice(codes, required=attribute.required)


def _several(attribute: Attribute) -> ma.fields.Field[Any]:
    codes = tuple(choice.code for choice in attribute.values)
    return fields.List(fields.Choice(codes), max=len(codes), required=attribute.required)


_FIELDS: dict[str, Callable[[Attribute], ma.fields.Field[Any]]] = {
    "string": _string,
    "text": _text,
    "number": _number,
    "datetime": _datetime,
    "singlevaluelist": _one,
    "multivaluelist": _several,
}
