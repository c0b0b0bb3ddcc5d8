"""What reports takes from the city pack: categories, and who answers for them where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as Directory
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import (
    Area,
    Attribute,
    AttributeSchema,
    City,
    Declared,
    LegalBasis,
    Pack,
    check_attributes,
)
from services.chassis.city.document import Document
from services.chassis.city.pack import declared
from services.chassis.city.problems import Path
from services.chassis.city.schema import BasedSchema, Code, bilingual
from services.chassis.text import Text
from services.reports.category_contract import KINDS, PRIORITIES
from services.reports.incidents.rules import IncidentRules, IncidentSchema, check_incident

FILE = "categories.yaml"

UNKNOWN_GROUP = Text(
    "No group {code} stands in this file.", id="Tidak ada kelompok {code} dalam berkas ini."
)
CYCLE = Text("This group contains itself.", id="Kelompok ini memuat dirinya sendiri.")


@dataclass(frozen=True)
class Group:
    """A heading for categories; `parent` is the code of the group above."""

    code: str
    name: Text
    parent: str | None


@dataclass(frozen=True)
class ServiceLevel:
    """Terms in working days: from submission to verification, from assignment to an answer."""

    verify_working_days: int
    answer_working_days: int
    legal_basis: LegalBasis | None
    decision: bool


@dataclass(frozen=True)
class Category:
    """What people can report. kind: a `case` is worked on, an `incident` passes by itself, a
    `site` recurs. `duplicate_radius_m`: nearer reports of the category may be the same thing.
    `incident`: how those of that kind live."""

    code: str
    group: str
    name: Text
    description: Text
    kind: str
    agency: str
    agency_by_area: Mapping[str, str]
    attributes: tuple[Attribute, ...]
    duplicate_radius_m: float
    priority: str
    service_level: ServiceLevel
    anonymous_default: bool
    must_be_inside: bool
    legal_basis: LegalBasis | None
    decision: bool
    incident: IncidentRules | None = None


@dataclass(frozen=True)
class Categories:
    """All categories by code, in the order of the file, and the groups they stand under."""

    groups: Mapping[str, Group]
    by_code: Mapping[str, Category]


class _GroupSchema(fields.Schema):
    code = Code()
    name = bilingual()
    parent = Code(required=False, load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Group:
        return Group(**data)


class ServiceLevelSchema(BasedSchema):
    """Terms, and where they come from."""

    verify_working_days = fields.Integer(required=True, min=0, max=60)
    answer_working_days = fields.Integer(required=True, min=0, max=365)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> ServiceLevel:
        return ServiceLevel(**data)


class _CategorySchema(BasedSchema):
    code = Code()
    group = Code()
    name = bilingual()
    description = bilingual()
    kind = fields.Choice(KINDS, required=True)
    agency = Code(upper=True)
    agency_by_area = ma.fields.Dict(
        keys=fields.String(max=20), values=Code(upper=True), load_default=dict
    )
    attributes = fields.List(fields.Nested(AttributeSchema), load_default=list)
    duplicate_radius_m = fields.Number(required=True, min=0, max=10_000)
    priority = fields.Choice(PRIORITIES, required=True)
    service_level = fields.Nested(ServiceLevelSchema, required=True)
    anonymous_default = fields.Boolean(required=True)
    must_be_inside = fields.Boolean(required=True)
    incident = fields.Nested(IncidentSchema, load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Category:
        data["attributes"] = tuple(data["attributes"])
        data["agency_by_area"] = MappingProxyType(data["agency_by_area"])
        return Category(**data)


class _FileSchema(fields.Schema):
    groups = ma.fields.Raw()
    categories = ma.fields.Raw()


def agency_for(category: Category, area: Area | None) -> str:
    """The code of the agency that answers: by kelurahan, else by kecamatan, else by category."""
    if area is None:
        return category.agency
    by_area = category.agency_by_area
    return by_area.get(area.code) or by_area.get(area.district_code) or category.agency


def load_categories(directory: Directory | str, city: City) -> Categories:
    """Load `categories.yaml`; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    categories = read_categories(pack, Declared.of(city))
    pack.raise_if_bad()
    return categories


def read_categories(pack: Pack, known: Declared) -> Categories:
    """Read `categories.yaml`; mistakes go to `pack.problems`."""
    document = pack.yaml(FILE)
    if document is None:
        return Categories({}, {})
    pack.load(document, (), _FileSchema)
    groups = pack.load_items(document, ("groups",), _GroupSchema)
    categories = pack.load_items(document, ("categories",), _CategorySchema)
    _check_groups(pack, document)
    for position in range(len(document.items(("categories",)))):
        _check_category(pack, document, ("categories", position), known)
    pack.unique(document, ("categories",))
    return Categories(
        MappingProxyType({group.code: group for _, group in groups}),
        MappingProxyType({category.code: category for _, category in categories}),
    )


def _check_groups(pack: Pack, document: Document) -> None:
    pack.unique(document, ("groups",))
    items = [item for item in document.items(("groups",)) if isinstance(item, dict)]
    parents = {str(item.get("code")): item.get("parent") for item in items}
    for position, item in enumerate(document.items(("groups",))):
        path = ("groups", position, "parent")
        _check_group(pack, document, path)
        if isinstance(item, dict) and _contains_itself(str(item.get("code")), parents):
            pack.report(document, path, CYCLE)


def _contains_itself(code: str, parents: Mapping[str, Any]) -> bool:
    above, seen = parents.get(code), set()
    while isinstance(above, str) and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _check_group(pack: Pack, document: Document, path: Path) -> None:
    code = document.at(path)
    groups = declared(document, ("groups",)) or frozenset()
    if isinstance(code, str) and code not in groups:
        pack.report(document, path, UNKNOWN_GROUP.format(code=code))


def _check_category(pack: Pack, document: Document, path: Path, known: Declared) -> None:
    _check_group(pack, document, (*path, "group"))
    known.check_agency(pack, document, (*path, "agency"))
    by_area = document.at((*path, "agency_by_area"))
    if isinstance(by_area, dict):
        known.check_areas(pack, document, (*path, "agency_by_area"), by_area)
        for area in by_area:
            known.check_agency(pack, document, (*path, "agency_by_area", area))
    check_attributes(pack, document, (*path, "attributes"))
    check_incident(pack, document, path)
