"""JSON as text, in one place and one form."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson


def dumps(value: Any) -> str:
    """`value` as JSON text; times become RFC 3339."""
    return orjson.dumps(value, default=_default).decode()


def loads(text: str | bytes) -> Any:
    """Read JSON text. Raises ValueError if it is none."""
    return orjson.loads(text)


def digest(value: Any) -> str:
    """SHA-256 (hex) over the canonical form of `value`: keys sorted, no blanks."""
    canonical = orjson.dumps(value, default=_default, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def rfc3339(moment: datetime) -> str:
    """A time as it is written in events and answers."""
    return moment.isoformat()


def _default(value: Any) -> str:
    return str(value)
