"""How a schema takes objects in: what is right goes the short way, worked out once per schema.

marshmallow makes a function for each value of each object, so that it can collect what is wrong.
What is wrong is still given to marshmallow, which then says all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import marshmallow as ma

# whoever does these otherwise is asked for each value
_STEPS = ("deserialize", "_validate", "_validate_missing")


class NotPlain(Exception):
    """Something is wrong, or has to be looked at more closely."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one field is taken in. source: its key in what is given. name: in what comes out."""

    source: str
    name: str
    field: ma.fields.Field[Any]


class QuickLoading(ma.Schema):
    """A schema that takes in what is right without collecting errors on the way."""

    @cached_property
    def _taken(self) -> tuple[Way, ...] | None:
        return _ways(self.load_fields) if self.dict_class is dict else None

    def _deserialize(self, data: Any, **how: Any) -> Any:
        known = self._taken
        is_plain = type(data) is dict and not how.get("many") and how.get("partial") is None
        if is_plain and known is not None:
            try:
                return _take_in(known, data, how.get("unknown", ma.RAISE))
            except (NotPlain, ma.ValidationError):
                pass
        return super()._deserialize(data, **how)


def _ways(fields: Mapping[str, ma.fields.Field[Any]]) -> tuple[Way, ...] | None:
    """One for each field; None where a field is not simply taken out of what is given."""
    ways = tuple(
        Way(
            name if field.data_key is None else field.data_key,
            field.attribute or name,
            field,
        )
        for name, field in fields.items()
    )
    are_distinct = len({way.source for way in ways}) == len(ways)
    return ways if are_distinct and all(_is_simple(way) for way in ways) else None


def _is_simple(way: Way) -> bool:
    field = way.field
    usual = all(getattr(type(field), step) is getattr(ma.fields.Field, step) for step in _STEPS)
    return usual and not field.pre_load and not field.post_load and "." not in way.name


def _take_in(known: tuple[Way, ...], given: dict[str, Any], unknown: str) -> dict[str, Any]:
    """What a schema makes of an object. Raises NotPlain, ValidationError."""
    out: dict[str, Any] = {}
    met = 0
    for way in known:
        if way.source in given:
            met += 1
            out[way.name] = _value(way, given)
        elif way.field.required:
            raise NotPlain
        elif way.field.load_default is not ma.missing:
            made = way.field.load_default
            out[way.name] = made() if callable(made) else made
    if met < len(given) and unknown != ma.EXCLUDE:
        raise NotPlain
    return out


def _value(way: Way, given: dict[str, Any]) -> Any:
    field, value = way.field, given[way.source]
    if value is None:
        if field.allow_none:
            return None
        raise NotPlain
    found = field._deserialize(value, way.source, given)
    for validate in field.validators:
        validate(found)
    return found
