"""The form that a contract's schema gives an answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from services.chassis import fields


class Published(dict[str, Any]):
    """An answer that has its schema's form already; published() leaves it as it is."""


def published(schema: type[ma.Schema], answer: Any) -> Any:
    """Only the fields that the schema names, as JSON has them."""
    return answer if isinstance(answer, Published) else fields.instance(schema).dump(answer)
