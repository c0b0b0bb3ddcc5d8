"""Reads of the city pack's permit types, in the caller's language."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from services.chassis.errors import NotFound
from services.chassis.text import Language, Text
from services.permits.city import PermitTypes


def list_permit_types(types: PermitTypes, language: Language) -> dict[str, Any]:
    """All permit types."""
    return {"items": [_shown(one, language) for one in types.values()], "next": None}


def get_permit_type(types: PermitTypes, code: str, language: Language) -> dict[str, Any]:
    """One permit type. Raises NotFound."""
    if code not in types:
        raise NotFound()
    shown: dict[str, Any] = _shown(types[code], language)
    return shown


def _shown(value: Any, language: Language) -> Any:
    """The pack's value objects as plain data, every Text in one language."""
    if isinstance(value, Text):
        return value.in_language(language)
    if is_dataclass(value):
        return {f.name: _shown(getattr(value, f.name), language) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_shown(item, language) for item in value]
    return value.isoformat() if isinstance(value, date) else value
