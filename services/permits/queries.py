"""Reads of the city pack's permit types, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from services.chassis.errors import NotFound
from services.chassis.text import LANGUAGES, Language, Text
from services.permits.city import PermitTypes

Shown = Mapping[Language, Mapping[str, dict[str, Any]]]


def shown(types: PermitTypes) -> Shown:
    """The permit types by code in each language, made once: only another pack changes them."""
    return {
        language: {code: _shown(one, language) for code, one in types.items()}
        for language in LANGUAGES
    }


def list_permit_types(types: Shown, language: Language) -> dict[str, Any]:
    """All permit types."""
    return {"items": list(types[language].values()), "next": None}


def get_permit_type(types: Shown, code: str, language: Language) -> dict[str, Any]:
    """One permit type. Raises NotFound."""
    if code not in types[language]:
        raise NotFound()
    return types[language][code]


def _shown(value: Any, language: Language) -> Any:
    """The pack's value objects as plain data, every Text in one language."""
    if isinstance(value, Text):
        return value.in_language(language)
    if is_dataclass(value):
        return {f.name: _shown(getattr(value, f.name), language) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_shown(item, language) for item in value]
    return value.isoformat() if isinstance(value, date) else value
