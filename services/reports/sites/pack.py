"""What sites take from the city pack: `sites.yaml`. A city without the file has no sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as Directory
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import Declared, LegalBasis, Pack
from services.chassis.city.document import Document
from services.chassis.city.problems import Path
from services.chassis.city.schema import BasedSchema, Code
from services.chassis.text import Text
from services.reports.city import Category, ServiceLevel, ServiceLevelSchema

FILE = "sites.yaml"
CLEAN, ENFORCE = "clean", "enforce"
DUTIES = (CLEAN, ENFORCE)
QUESTIONS = ("volume", "kind", "hazards", "hours")

UNKNOWN_CATEGORY = Text(
    "No category {code} stands in categories.yaml.",
    id="Tidak ada kategori {code} dalam categories.yaml.",
)
NOT_A_SITE = Text(
    "The category {code} is of another kind than `site`.",
    id="Kategori {code} bukan jenis `site`.",
)
UNKNOWN_QUESTION = Text(
    "The category does not ask {code}; its questions with values are: {known}.",
    id="Kategori ini tidak menanyakan {code}; pertanyaan dengan pilihan: {known}.",
)
UNKNOWN_ANSWER = Text(
    "{code} is no answer to this question; its answers are: {known}.",
    id="{code} bukan jawaban pertanyaan ini; pilihannya: {known}.",
)
NO_CLEANING = Text(
    "Exactly one duty is `clean`, and at most one `enforce`.",
    id="Tepat satu tugas `clean`, dan paling banyak satu `enforce`.",
)


@dataclass(frozen=True)
class Duty:
    """What an agency owes to a site. agency: None for the one that answers for the category.

    after_recurrences: how often garbage has to come back before the agency is asked.
    """

    duty: str
    agency: str | None
    after_recurrences: int
    service_level: ServiceLevel


@dataclass(frozen=True)
class Ranking:
    """How bad a site is. report, recurrence: points for each; answers: points by question and
    answer, for what is said of the pile that lies there now."""

    report: int
    recurrence: int
    answers: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class SiteRules:
    """What holds for the sites of one category.

    radius_m: a report so near to where a site began belongs to it. questions: which question of the
    category tells the volume, kind, hazards and hours. order: the answers of each of these in the
    order of the pack, where a larger volume comes later.
    """

    category: str
    radius_m: float
    questions: Mapping[str, str]
    order: Mapping[str, tuple[str, ...]]
    duties: tuple[Duty, ...]
    ranking: Ranking
    legal_basis: LegalBasis | None
    decision: bool


class _DutySchema(fields.Schema):
    duty = fields.Choice(DUTIES, required=True)
    agency = Code(upper=True, required=False, load_default=None)
    after_recurrences = fields.Integer(min=0, max=100, load_default=0)
    service_level = fields.Nested(ServiceLevelSchema, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Duty:
        return Duty(**data)


class _QuestionsSchema(fields.Schema):
    volume = Code(required=False)
    kind = Code(required=False)
    hazards = Code(required=False)
    hours = Code(required=False)


class _RankingSchema(fields.Schema):
    report = fields.Integer(required=True, min=0, max=1_000)
    recurrence = fields.Integer(required=True, min=0, max=1_000)
    answers = ma.fields.Dict(
        keys=fields.Choice(QUESTIONS),
        values=ma.fields.Dict(keys=Code(), values=fields.Integer(min=0, max=1_000)),
        load_default=dict,
    )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Ranking:
        return Ranking(**data)


class _SiteSchema(BasedSchema):
    category = Code()
    radius_m = fields.Number(required=True, min=1, max=1_000)
    questions = fields.Nested(_QuestionsSchema, load_default=dict)
    duties = fields.List(fields.Nested(_DutySchema), required=True, min=1, max=len(DUTIES))
    ranking = fields.Nested(_RankingSchema, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"duties": tuple(data["duties"])}


class _FileSchema(fields.Schema):
    sites = ma.fields.Raw()


def load_sites(
    directory: Directory | str, categories: Mapping[str, Category], known: Declared
) -> Mapping[str, SiteRules]:
    """Load `sites.yaml`, by category; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    found = read_sites(pack, categories, known)
    pack.raise_if_bad()
    return found


def read_sites(
    pack: Pack, categories: Mapping[str, Category], known: Declared
) -> Mapping[str, SiteRules]:
    """Read the rules; mistakes go to `pack.problems`."""
    if not (pack.directory / FILE).exists():
        return MappingProxyType({})
    document = pack.yaml(FILE)
    if document is None:
        return MappingProxyType({})
    pack.load(document, (), _FileSchema)
    loaded = pack.load_items(document, ("sites",), _SiteSchema)
    pack.unique(document, ("sites",), "category")
    found = {}
    for path, data in loaded:
        rules = _checked(pack, document, path, data, categories, known)
        if rules is not None:
            found[rules.category] = rules
    return MappingProxyType(found)


def _checked(
    pack: Pack,
    document: Document,
    path: Path,
    data: dict[str, Any],
    categories: Mapping[str, Category],
    known: Declared,
) -> SiteRules | None:
    for n, duty in enumerate(data["duties"]):
        if duty.agency is not None:
            known.check_agency(pack, document, (*path, "duties", n, "agency"))
    if sorted(duty.duty for duty in data["duties"]) not in ([CLEAN], [CLEAN, ENFORCE]):
        pack.report(document, (*path, "duties"), NO_CLEANING)
    category = categories.get(data["category"])
    if category is None or category.kind != "site":
        # a file of categories that cannot be read has its own mistakes
        words = NOT_A_SITE if category else UNKNOWN_CATEGORY
        if categories:
            pack.report(document, (*path, "category"), words.format(code=data["category"]))
        return None
    order = _order(pack, document, path, data["questions"], category)
    _check_answers(pack, document, path, data["ranking"], order)
    return SiteRules(**data, order=order)


def _order(
    pack: Pack, document: Document, path: Path, questions: dict[str, str], category: Category
) -> Mapping[str, tuple[str, ...]]:
    listed = {one.code: one.values for one in category.attributes if one.values}
    found = {}
    for name, code in questions.items():
        if code not in listed:
            words = UNKNOWN_QUESTION.format(code=code, known=", ".join(listed) or "-")
            pack.report(document, (*path, "questions", name), words)
        found[name] = tuple(value.code for value in listed.get(code, ()))
    return MappingProxyType(found)


def _check_answers(
    pack: Pack,
    document: Document,
    path: Path,
    ranking: Ranking,
    order: Mapping[str, tuple[str, ...]],
) -> None:
    for name, points in ranking.answers.items():
        for code in points:
            if code not in order.get(name, ()):
                known = ", ".join(order.get(name, ())) or "-"
                words = UNKNOWN_ANSWER.format(code=code, known=known)
                pack.report(document, (*path, "ranking", "answers", name, code), words)
