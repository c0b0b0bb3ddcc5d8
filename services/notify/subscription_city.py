"""What the city pack says of subscriptions, and the names of what can be followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path as Directory
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import LegalBasis, Pack
from services.chassis.city.schema import BasedSchema
from services.chassis.text import Text

FILE = "subscriptions.yaml"
"""It may be left out: then Rules() hold."""
CATEGORIES_FILE = "categories.yaml"
COLLECTIONS_FILE = "collections.yaml"


@dataclass(frozen=True)
class Rules:
    """digest_hour: of the city's clocks. most_subscriptions: of one account or address.

    most_a_day: so many messages are told one of them at once; what is more waits for the digest.
    most_confirmations: so many letters a day ask one address to confirm.
    """

    digest_hour: int = 6
    most_subscriptions: int = 20
    most_a_day: int = 10
    most_confirmations: int = 3
    legal_basis: LegalBasis | None = None
    decision: bool = True

    def last_digest(self, local: datetime) -> datetime:
        """When the last digest was due, at that moment on the city's clocks."""
        today = datetime.combine(local.date(), time(self.digest_hour), tzinfo=local.tzinfo)
        return today if today <= local else today - timedelta(days=1)


class _RulesSchema(BasedSchema):
    digest_hour = fields.Integer(required=True, min=0, max=23)
    most_subscriptions = fields.Integer(required=True, min=1, max=100)
    most_a_day = fields.Integer(required=True, min=1, max=1_000)
    most_confirmations = fields.Integer(required=True, min=1, max=10)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Rules:
        return Rules(**data)


def read_rules(pack: Pack) -> Rules:
    """Read `subscriptions.yaml`; mistakes go to `pack.problems`."""
    if not (pack.directory / FILE).exists():
        return Rules()
    document = pack.yaml(FILE)
    found = pack.load(document, (), _RulesSchema) if document is not None else None
    return found if isinstance(found, Rules) else Rules()


def load_rules(directory: Directory) -> Rules:
    """Load them. Raises CityPackInvalid naming every mistake."""
    pack = Pack(directory)
    found = read_rules(pack)
    pack.raise_if_bad()
    return found


def load_collected_areas(directory: Directory) -> frozenset[str]:
    """Codes of kelurahan and kecamatan that have rounds. Reports checks that file."""
    pack = Pack(directory)
    if not (directory / COLLECTIONS_FILE).exists():
        return frozenset()
    document = pack.yaml(COLLECTIONS_FILE)
    pack.raise_if_bad()
    rounds = document.items(("rounds",)) if document is not None else []
    named = [one["areas"] for one in rounds if isinstance(one, dict) and "areas" in one]
    return frozenset(str(code) for areas in named if isinstance(areas, list) for code in areas)


def load_category_names(directory: Directory) -> Mapping[str, Text]:
    """Names of categories by code. Reports checks that file; here what has no name is left out."""
    pack = Pack(directory)
    document = pack.yaml(CATEGORIES_FILE)
    pack.raise_if_bad()
    items = document.items(("categories",)) if document is not None else []
    named = [item for item in items if isinstance(item, dict) and isinstance(item["name"], dict)]
    return MappingProxyType({item["code"]: Text.of(item["name"]) for item in named})
