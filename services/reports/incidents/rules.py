"""What the city pack says of a category whose reports are incidents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack
from services.chassis.city.problems import Path
from services.chassis.city.schema import BasedSchema, Code
from services.chassis.text import Text

SEVERITIES = ("minor", "moderate", "major")
CIFS_TYPES = ("ROAD_CLOSED", "ACCIDENT", "HAZARD", "POLICE", "CHIT_CHAT", "JAM")
LONGEST_MINUTES = 7 * 24 * 60

NOT_ASKED = Text(
    "The category asks no singlevaluelist {code}.",
    id="Kategori ini tidak menanyakan singlevaluelist {code}.",
)
NO_ANSWER = Text("{code} is no answer to {question}.", id="{code} bukan jawaban {question}.")
NEEDS_RULES = Text(
    "A category of kind incident needs `incident`.",
    id="Kategori berjenis incident memerlukan `incident`.",
)
NO_RULES = Text(
    "Only a category of kind incident has `incident`.",
    id="Hanya kategori berjenis incident yang memiliki `incident`.",
)
ONE_ENDS = Text(
    "gone_ends must be more than most_of_one_address, or one address could end an incident.",
    id="gone_ends harus lebih dari most_of_one_address agar satu alamat tidak dapat mengakhiri.",
)
ONE_ALONE = Text(
    "A voice must not weigh more than most_of_one_address.",
    id="Bobot satu suara tidak boleh melebihi most_of_one_address.",
)


@dataclass(frozen=True)
class VoteRules:
    """What a voice weighs. guest, account: one person's. most_of_one_address: all that come from
    one address, together. gone_ends: how much has to say that it is gone; gone_share: at least this
    share of what says that it is there."""

    guest: int
    account: int
    most_of_one_address: int
    gone_ends: int
    gone_share: float


@dataclass(frozen=True)
class DirectionRules:
    """The question that asks where to, and the bearing of each answer in degrees from north."""

    attribute: str
    bearings: Mapping[str, float]


@dataclass(frozen=True)
class SeverityRules:
    """How severe an answer to the question `attribute` is, and what nobody answered."""

    attribute: str | None
    values: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True)
class CifsRules:
    """As what partners are told of it: Waze's type, and its subtype by severity."""

    type: str
    subtypes: Mapping[str, str]


@dataclass(frozen=True)
class IncidentRules:
    """How incidents of a category live. cause: the question that tells of it."""

    lifetime: timedelta
    direction: DirectionRules | None
    cause: str | None
    severity: SeverityRules
    votes: VoteRules
    cifs: CifsRules

    def severity_of(self, answers: Mapping[str, Any]) -> str | None:
        """What a report says of it; None if nothing."""
        attribute = self.severity.attribute
        return self.severity.values.get(str(answers.get(attribute))) if attribute else None

    def direction_of(self, answers: Mapping[str, Any]) -> str | None:
        """Where to, as a report says; None if it does not say, or means both ways."""
        return self._answer(self.direction.attribute if self.direction else None, answers)

    def bearing(self, direction: str | None) -> float | None:
        """Of a direction, in degrees from north; None if it has none."""
        return self.direction.bearings.get(direction or "") if self.direction else None

    def cause_of(self, answers: Mapping[str, Any]) -> str | None:
        """Why, as a report says."""
        return self._answer(self.cause, answers)

    def _answer(self, question: str | None, answers: Mapping[str, Any]) -> str | None:
        answer = answers.get(question) if question else None
        return answer if isinstance(answer, str) else None


class _VoteSchema(fields.Schema):
    guest = fields.Integer(required=True, min=1, max=1_000)
    account = fields.Integer(required=True, min=1, max=1_000)
    most_of_one_address = fields.Integer(required=True, min=1, max=10_000)
    gone_ends = fields.Integer(required=True, min=2, max=100_000)
    gone_share = fields.Number(required=True, min=0, max=1)

    @ma.validates_schema
    def _nobody_alone(self, data: dict[str, Any], **_: Any) -> None:
        most = data["most_of_one_address"]
        for name in ("guest", "account"):
            if data[name] > most:
                raise ma.ValidationError(ONE_ALONE, name)
        if data["gone_ends"] <= most:
            raise ma.ValidationError(ONE_ENDS, "gone_ends")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> VoteRules:
        return VoteRules(**data)


class _DirectionSchema(fields.Schema):
    attribute = Code()
    bearings = ma.fields.Dict(
        keys=Code(), values=fields.Number(min=0, max=359.99), load_default=dict
    )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> DirectionRules:
        return DirectionRules(data["attribute"], MappingProxyType(data["bearings"]))


class _SeveritySchema(fields.Schema):
    attribute = Code(required=False, load_default=None)
    values = ma.fields.Dict(keys=Code(), values=fields.Choice(SEVERITIES), load_default=dict)
    otherwise = fields.Choice(SEVERITIES, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> SeverityRules:
        return SeverityRules(**data | {"values": MappingProxyType(data["values"])})


class _CifsSchema(fields.Schema):
    type = fields.Choice(CIFS_TYPES, required=True)
    subtypes = ma.fields.Dict(
        keys=fields.Choice(SEVERITIES), values=Code(upper=True), load_default=dict
    )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> CifsRules:
        return CifsRules(data["type"], MappingProxyType(data["subtypes"]))


class IncidentSchema(BasedSchema):
    """`incident` of a category; loads as IncidentRules."""

    lifetime_minutes = fields.Integer(required=True, min=1, max=LONGEST_MINUTES)
    direction = fields.Nested(_DirectionSchema, load_default=None)
    cause = Code(required=False, load_default=None)
    severity = fields.Nested(_SeveritySchema, required=True)
    votes = fields.Nested(_VoteSchema, required=True)
    cifs = fields.Nested(_CifsSchema, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> IncidentRules:
        names = ("direction", "cause", "severity", "votes", "cifs")
        lifetime = timedelta(minutes=data["lifetime_minutes"])
        return IncidentRules(lifetime, **{name: data[name] for name in names})


def check_incident(pack: Pack, document: Document, category: Path) -> None:
    """Report what does not fit: rules without a kind, and questions that are not asked."""
    rules = document.at((*category, "incident"))
    is_incident = document.at((*category, "kind")) == "incident"
    if is_incident != (rules is not None):
        where = (*category, "kind") if is_incident else (*category, "incident")
        pack.report(document, where, NEEDS_RULES if is_incident else NO_RULES)
    if not isinstance(rules, dict):
        return
    answers = _answers(document, category)
    for path in (("direction", "attribute"), ("cause",), ("severity", "attribute")):
        code = document.at((*category, "incident", *path))
        if isinstance(code, str) and code not in answers:
            pack.report(document, (*category, "incident", *path), NOT_ASKED.format(code=code))
    for part, name in (("severity", "values"), ("direction", "bearings")):
        _check_answers(pack, document, (*category, "incident", part), name, answers)


def _check_answers(
    pack: Pack, document: Document, path: Path, name: str, answers: Mapping[str, Collection[str]]
) -> None:
    question, values = document.at((*path, "attribute")), document.at((*path, name))
    known = answers.get(question, ()) if isinstance(question, str) else ()
    for code in values if isinstance(values, dict) else ():
        if code not in known:
            words = NO_ANSWER.format(code=str(code), question=str(question))
            pack.report(document, (*path, name, code), words)


def _answers(document: Document, category: Path) -> dict[str, set[str]]:
    """The answers to each question of the category that has one answer of a list."""
    found: dict[str, set[str]] = {}
    for position, question in enumerate(document.items((*category, "attributes"))):
        if isinstance(question, dict) and question.get("type") == "singlevaluelist":
            values = document.items((*category, "attributes", position, "values"))
            codes = {str(value.get("code")) for value in values if isinstance(value, dict)}
            found[str(question.get("code"))] = codes
    return found
