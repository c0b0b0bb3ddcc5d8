"""What marshmallow finds wrong, as errors that name the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma

from services.chassis.errors import FieldError
from services.chassis.text import Text

REQUIRED = Text("This field is required.", id="Isian ini wajib diisi.")
NULL = Text("This field must not be null.", id="Isian ini tidak boleh null.")
UNKNOWN = Text("This field is not known.", id="Isian ini tidak dikenal.")
_CODES = {REQUIRED: "required", NULL: "null", UNKNOWN: "unknown_field"}


def field_errors(messages: Any, path: str = "") -> Iterator[FieldError]:
    """Flatten marshmallow's nested messages into FieldErrors with dotted paths."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = "" if key == ma.exceptions.SCHEMA else str(key)
            yield from field_errors(inner, ".".join(part for part in (path, step) if part))
    elif isinstance(messages, (list, tuple)):
        for inner in messages:
            yield from field_errors(inner, path)
    else:
        message = Text.of(messages)
        yield FieldError(path, _CODES.get(message, "invalid"), message)
