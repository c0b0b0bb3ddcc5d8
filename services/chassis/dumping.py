"""How a schema's fields are put out: which values need nothing, worked out once per schema.

marshmallow asks for each value of each object through four functions, although nearly all of them
already are what they are to become; of a list of reports that was half of all the time it took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import marshmallow as ma

# by whose rules a field puts values out, and the types on which these have no effect
_NOTHING = type(None)
_KEPT: tuple[tuple[type[ma.fields.Field[Any]], frozenset[type] | None], ...] = (
    (ma.fields.String, frozenset({str, _NOTHING})),
    (ma.fields.Integer, frozenset({int, _NOTHING})),
    (ma.fields.Float, frozenset({float, _NOTHING})),
    (ma.fields.Field, None),
)
_NONE: frozenset[type] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """How one field is put out. source: its key in what is given. name: in what comes out.

    kept: values of these types stay as they are; None for all.
    """

    source: str
    name: str
    kept: frozenset[type] | None
    field: ma.fields.Field[Any]


class QuickSchema(ma.Schema):
    """A schema whose fields need not be asked how they are put out, object by object."""

    @cached_property
    def _known(self) -> tuple[Way, ...] | None:
        return _ways(self.dump_fields)

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        known = self._known
        if many or known is None or type(obj) is not dict:
            return super()._serialize(obj, many=many)
        return _put_out(known, obj)


class Ready(ma.fields.Nested):
    """An object that is given in the very form in which it is put out, as large answers are."""

    # marshmallow's own Nested calls the first parameter something else
    _serialize = ma.fields.Field._serialize  # type: ignore[assignment]


def _ways(fields: Mapping[str, ma.fields.Field[Any]]) -> tuple[Way, ...] | None:
    """One for each field; None where a field is not simply taken out of what is given."""
    if not all(_is_taken(field) for field in fields.values()):
        return None
    return tuple(
        Way(
            name if field.attribute is None else field.attribute,
            name if field.data_key is None else field.data_key,
            _kept(field),
            field,
        )
        for name, field in fields.items()
    )


def _put_out(known: tuple[Way, ...], given: dict[str, Any]) -> dict[str, Any]:
    """What a schema makes of an object; what is not there is left out."""
    out: dict[str, Any] = {}
    for way in known:
        source, kept = way.source, way.kept
        if source not in given:
            continue
        value = given[source]
        if kept is None or type(value) in kept:
            out[way.name] = value
        else:
            out[way.name] = way.field._serialize(value, source, given)
    return out


def _kept(field: ma.fields.Field[Any]) -> frozenset[type] | None:
    if isinstance(field, ma.fields.Number) and field.as_string:
        return _NONE
    rule = type(field)._serialize
    for known, types in _KEPT:
        if isinstance(field, known) and rule is known._serialize:
            return types
    return _NONE


def _is_taken(field: ma.fields.Field[Any]) -> bool:
    is_deep = field.attribute is not None and "." in field.attribute
    return field._CHECK_ATTRIBUTE and field.dump_default is ma.missing and not is_deep
