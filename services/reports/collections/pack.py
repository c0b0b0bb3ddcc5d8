"""What the city pack says of collections: `collections.yaml`. A city may have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path as Directory
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import Declared, LegalBasis, Pack
from services.chassis.city.document import Document
from services.chassis.city.schema import BasedSchema, Code, bilingual
from services.chassis.text import Text
from services.reports.city import Category
from services.reports.collections.contract import WEEKDAYS

FILE = "collections.yaml"
REMIND_HOUR = 18
"""Of a pack that says nothing else."""

UNKNOWN_CATEGORY = Text(
    "No category {code} stands in categories.yaml.",
    id="Tidak ada kategori {code} dalam categories.yaml.",
)
BACKWARDS = Text("This is not after the beginning.", id="Ini tidak sesudah waktu mulai.")
OVERLAP = Text(
    "{area} has a round {code} on line {line} already.",
    id="{area} sudah memiliki jadwal {code} di baris {line}.",
)


@dataclass(frozen=True)
class Round:
    """What is collected when. days: 0 for Monday. start, end: on the city's clocks. on_holidays:
    whether also on free days of the calendar that are no weekend."""

    code: str
    waste: Text
    areas: tuple[str, ...]
    days: frozenset[int]
    start: time
    end: time
    on_holidays: bool
    legal_basis: LegalBasis | None
    decision: bool


@dataclass(frozen=True)
class Collections:
    """All rounds. missed: the category by which one says that nobody came. remind_hour: of the
    evening before, on the city's clocks: when people are reminded."""

    missed: str | None
    rounds: tuple[Round, ...]
    remind_hour: int = REMIND_HOUR

    def of(self, area: str, district: str) -> list[Round]:
        """The rounds of a kelurahan: its own, else those of its kecamatan, by code."""
        found: dict[str, Round] = {}
        for code in (district, area):
            found |= {one.code: one for one in self.rounds if code in one.areas}
        return list(found.values())


class _Clock(fields.String):
    """A time of day as HH:MM."""

    default_error_messages: fields.Messages = {
        "clock": Text("A time such as 06:30, in quotes.", id="Jam seperti 06:30, dalam kutip.")
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - of any day
        except ValueError:
            raise self.make_error("clock") from None


class _RoundSchema(BasedSchema):
    code = Code()
    waste = bilingual()
    areas = fields.List(fields.String(max=20), required=True, min=1, max=1_000)
    days = fields.List(fields.Choice(WEEKDAYS), required=True, min=1, max=7)
    start = _Clock(required=True)
    end = _Clock(required=True)
    on_holidays = fields.Boolean(load_default=True)

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["end"] <= data["start"]:
            raise ma.ValidationError(BACKWARDS, "end")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Round:
        days = frozenset(WEEKDAYS.index(day) for day in data["days"])
        return Round(**data | {"areas": tuple(data["areas"]), "days": days})


class _FileSchema(fields.Schema):
    missed = Code(required=False, load_default=None)
    remind_hour = fields.Integer(load_default=REMIND_HOUR, min=0, max=23)
    rounds = ma.fields.Raw()


def load_collections(
    directory: Directory | str, categories: Mapping[str, Category], known: Declared
) -> Collections:
    """Load `collections.yaml`; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    found = read_collections(pack, categories, known)
    pack.raise_if_bad()
    return found


def read_collections(
    pack: Pack, categories: Mapping[str, Category], known: Declared
) -> Collections:
    """Read the rounds; mistakes go to `pack.problems`."""
    document = pack.yaml(FILE) if (pack.directory / FILE).exists() else None
    if document is None:
        return Collections(None, ())
    head = pack.load(document, (), _FileSchema) or {"missed": None, "remind_hour": REMIND_HOUR}
    if categories and head["missed"] is not None and head["missed"] not in categories:
        pack.report(document, ("missed",), UNKNOWN_CATEGORY.format(code=head["missed"]))
    rounds = pack.load_items(document, ("rounds",), _RoundSchema)
    _check_areas(pack, document, known)
    return Collections(head["missed"], tuple(one for _, one in rounds), head["remind_hour"])


def _check_areas(pack: Pack, document: Document, known: Declared) -> None:
    """Each area is known, and has each kind of round once."""
    first: dict[tuple[str, str], int] = {}
    for n in range(len(document.items(("rounds",)))):
        code = str(document.at(("rounds", n, "code")))
        areas = [str(area) for area in document.items(("rounds", n, "areas"))]
        known.check_areas(pack, document, ("rounds", n, "areas"), areas)
        for m, area in enumerate(areas):
            path = ("rounds", n, "areas", m)
            if (code, area) in first:
                words = OVERLAP.format(area=area, code=code, line=first[code, area])
                pack.report(document, path, words)
            first.setdefault((code, area), document.line(path))
