"""marshmallow fields and validators that speak both languages, and the Schema all of ours extend.

Use these instead of marshmallow's own: they refuse unknown fields, NUL and control characters,
and strings without a bound.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache
from typing import Any, Literal

import marshmallow as ma

from services.chassis.dumping import QuickSchema
from services.chassis.errors import Invalid
from services.chassis.field_errors import NULL, REQUIRED, UNKNOWN, field_errors
from services.chassis.loading import QuickLoading
from services.chassis.text import Text

MAX_LINE = 200
MAX_TEXT = 4000
# Unicode's categories Cc and Cs; they are closed, so no later version of it adds any
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?")

# marshmallow's own type for messages; a Text is a str that keeps its translation
Messages = dict[str, str | list[Any] | dict[Any, Any]]
Unknown = Literal["exclude"] | None

_COMMON: Messages = {
    "required": REQUIRED,
    "null": NULL,
    "validator_failed": Text("This value is not valid.", id="Nilai ini tidak sah."),
}


class Schema(QuickSchema, QuickLoading):
    """Base of all schemas: unknown fields are errors, names come out in order of declaration."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {
        "unknown": UNKNOWN,
        "type": Text("This must be an object.", id="Ini harus berupa objek."),
    }


class Nothing(Schema):
    """No fields: what asks for nothing, or answers with nothing but success."""


def documented(kwargs: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Put what a field allows into its metadata, where OpenAPI finds it."""
    return kwargs | {"metadata": facts | dict(kwargs.get("metadata") or {})}


class String(ma.fields.String):
    """Text of bounded length without control characters, normalised to NFC.

    `multiline=True` allows line breaks and tabs. `max` counts characters (default 200).
    `strip=False` keeps blanks at the ends (passwords).
    """

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be text.", id="Ini harus berupa teks."),
        "control": Text(
            "Control characters are not allowed.", id="Karakter kontrol tidak diperbolehkan."
        ),
        "too_short": Text("At least {min} characters.", id="Minimal {min} karakter."),
        "too_long": Text("At most {max} characters.", id="Maksimal {max} karakter."),
    }

    def __init__(
        self,
        *,
        min: int = 0,
        max: int = MAX_LINE,
        multiline: bool = False,
        strip: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**documented(kwargs, minLength=min, maxLength=max))
        self.min, self.max, self.multiline, self.strip = min, max, multiline, strip

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        # of this, nothing below would change or refuse anything
        if type(value) is str and value.isascii() and value.isprintable():
            plain = value.strip() if self.strip else value
            if self.min <= len(plain) and len(value) <= self.max:
                return plain
        text = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(text, str):
            raise self.make_error("invalid")
        if len(text) > 4 * self.max:
            raise self.make_error("too_long", max=self.max)
        text = unicodedata.normalize("NFC", text)
        text = text.strip() if self.strip else text
        if (CONTROL_IN_LINES if self.multiline else CONTROL).search(text):
            raise self.make_error("control")
        if len(text) < self.min:
            raise self.make_error("too_short", min=self.min)
        if len(text) > self.max:
            raise self.make_error("too_long", max=self.max)
        return text


class Number(ma.fields.Float):
    """A finite JSON number between `min` and `max`, both allowed; strings are refused.

    from_text: a query parameter, which arrives as text; decimal digits in a string are accepted.
    """

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be a number.", id="Ini harus berupa angka."),
        "special": Text("This must be a finite number.", id="Ini harus angka terhingga."),
        "too_large": Text("This number is too large.", id="Angka ini terlalu besar."),
        "range": Text("This must lie between {min} and {max}.", id="Harus antara {min} dan {max}."),
    }

    def __init__(self, *, min: float, max: float, from_text: bool = False, **kwargs: Any) -> None:
        super().__init__(**documented(kwargs, minimum=min, maximum=max))
        self.min, self.max, self.from_text = min, max, from_text

    def _validated(self, value: Any) -> float:
        is_number = self.from_text and isinstance(value, str) and _DECIMAL.fullmatch(value)
        if isinstance(value, (bool, str)) and not is_number:
            raise self.make_error("invalid")
        number = super()._validated(value)
        if number is None or not math.isfinite(number) or not self.min <= number <= self.max:
            raise self.make_error("range", min=self.min, max=self.max)
        return number


class Integer(ma.fields.Integer):
    """A whole number between `min` and `max`, both allowed.

    A query parameter arrives as text, so digits in a string are accepted.
    """

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be a whole number.", id="Ini harus berupa bilangan bulat."),
        "too_large": Text("This number is too large.", id="Angka ini terlalu besar."),
        "range": Text("This must lie between {min} and {max}.", id="Harus antara {min} dan {max}."),
    }

    def __init__(self, *, min: int, max: int, **kwargs: Any) -> None:
        super().__init__(**documented(kwargs, minimum=min, maximum=max))
        self.min, self.max = min, max

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid")
        if isinstance(value, str) and not _DIGITS.fullmatch(value):
            raise self.make_error("invalid")
        number = super()._validated(value)
        if number is None or not self.min <= number <= self.max:
            raise self.make_error("range", min=self.min, max=self.max)
        return number


class Boolean(ma.fields.Boolean):
    """true or false; from a query parameter the words themselves."""

    truthy: set[Any] = {"true"}
    falsy: set[Any] = {"false"}
    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be true or false.", id="Ini harus true atau false.")
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        # 1 == True in Python, but not in JSON
        if isinstance(value, bool):
            return value
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **kwargs))


class Choice(String):
    """One of a fixed set of words."""

    default_error_messages: Messages = {
        "choice": Text("This must be one of: {choices}.", id="Harus salah satu dari: {choices}.")
    }

    def __init__(self, choices: tuple[str, ...] | list[str], **kwargs: Any) -> None:
        super().__init__(**documented(kwargs, enum=list(choices)))
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.choices:
            raise self.make_error("choice", choices=", ".join(self.choices))
        return text


class UUID(ma.fields.UUID):
    """A UUID; given out and taken in as its canonical text."""

    default_error_messages: Messages = _COMMON | {
        "invalid_uuid": Text("This must be a UUID.", id="Ini harus berupa UUID.")
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) != 36:
            raise self.make_error("invalid_uuid")
        if _CANONICAL_UUID.fullmatch(value):
            return value
        return str(super()._deserialize(value, attr, data, **kwargs))


class Timestamp(ma.fields.AwareDateTime):
    """An RFC 3339 time with offset."""

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be a time (RFC 3339).", id="Ini harus berupa waktu (RFC 3339)."),
        "invalid_awareness": Text("The offset is missing.", id="Zona waktu belum disebut."),
        "format": Text("This time cannot be shown.", id="Waktu ini tidak dapat ditampilkan."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            return value
        return None if value is None else value.isoformat()


class Nested(ma.fields.Nested):
    """An object inside an object."""

    default_error_messages: Messages = _COMMON | {
        "type": Text("This must be an object.", id="Ini harus berupa objek.")
    }


class List(ma.fields.List[Any]):
    """A list of at least `min` and at most `max` items."""

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be a list.", id="Ini harus berupa daftar."),
        "too_few": Text("At least {min} items.", id="Minimal {min} butir."),
        "too_many": Text("At most {max} items.", id="Maksimal {max} butir."),
    }

    def __init__(self, inner: Any, *, min: int = 0, max: int = 100, **kwargs: Any) -> None:
        super().__init__(inner, **documented(kwargs, minItems=min, maxItems=max))
        self.min, self.max = min, max

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) < self.min:
            raise self.make_error("too_few", min=self.min)
        if isinstance(value, list) and len(value) > self.max:
            raise self.make_error("too_many", max=self.max)
        return super()._deserialize(value, attr, data, **kwargs)


class Attributes(ma.fields.Dict):
    """An object with free keys (at most `max`), each value checked by whoever knows the keys."""

    default_error_messages: Messages = _COMMON | {
        "invalid": Text("This must be an object.", id="Ini harus berupa objek."),
        "too_many": Text("At most {max} entries.", id="Maksimal {max} isian."),
    }

    def __init__(self, *, max: int = 50, **kwargs: Any) -> None:
        super().__init__(keys=String(min=1, max=64), **kwargs)
        self.max = max

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) > self.max:
            raise self.make_error("too_many", max=self.max)
        return super()._deserialize(value, attr, data, **kwargs)


@cache
def instance(schema: type[ma.Schema]) -> ma.Schema:
    """The one instance of a schema: making one copies its fields and costs more than a load."""
    return schema()


def load(
    schema: type[ma.Schema] | ma.Schema, data: Any, *, unknown: Unknown = None
) -> dict[str, Any]:
    """Validate `data`; return the clean values.

    unknown: "exclude" drops unknown fields. Raises Invalid with one FieldError for every wrong or
    unknown field.
    """
    known = instance(schema) if isinstance(schema, type) else schema
    try:
        loaded: dict[str, Any] = known.load(data, unknown=unknown)
    except ma.ValidationError as error:
        raise Invalid(errors=tuple(field_errors(error.messages))) from None
    return loaded
