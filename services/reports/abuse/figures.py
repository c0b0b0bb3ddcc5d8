"""What the city decides about abuse: how long what is kept, and who may block for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as Directory
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import Pack
from services.chassis.city.schema import BasedSchema, bilingual
from services.chassis.text import Text
from services.reports.abuse.suspicion import LIKENESS_BITS, Holding

FILE = "abuse.yaml"
OBJECTION = Text(
    "To object, ask at any counter of the city.",
    id="Untuk keberatan, datanglah ke loket layanan kota.",
)


@dataclass(frozen=True)
class Figures:
    """kept_days: how long senders can be known again. leaders_days, admins_days: for how long they
    may block. objection: how to object to a block. holding: what is suspected; None for nothing."""

    kept_days: int = 30
    leaders_days: int = 30
    admins_days: int = 365
    objection: Text = OBJECTION
    holding: Holding | None = field(default_factory=Holding)


class _BlockDaysSchema(fields.Schema):
    leaders = fields.Integer(required=True, min=1, max=365)
    admins = fields.Integer(required=True, min=1, max=3_650)


class _HoldingSchema(fields.Schema):
    same_sender = fields.Integer(required=True, min=2, max=1_000)
    same_place = fields.Integer(required=True, min=2, max=1_000)
    metres = fields.Number(required=True, min=1, max=10_000)
    shortest_text = fields.Integer(required=True, min=1, max=1_000)
    photo_bits = fields.Integer(required=True, min=0, max=LIKENESS_BITS // 4)
    guests_of_address = fields.Integer(required=True, min=10, max=10_000)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Holding:
        return Holding(**data)


class _FileSchema(BasedSchema):
    kept_days = fields.Integer(required=True, min=1, max=365)
    block_days = fields.Nested(_BlockDaysSchema, required=True)
    objection = bilingual()
    holding = fields.Nested(_HoldingSchema, required=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Figures:
        days = data["block_days"]
        return Figures(
            data["kept_days"],
            days["leaders"],
            days["admins"],
            data["objection"],
            data["holding"],
        )


def load_figures(directory: Directory | str) -> Figures:
    """Load `abuse.yaml`; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    found = read_figures(pack)
    pack.raise_if_bad()
    return found


def read_figures(pack: Pack) -> Figures:
    """Read the figures; mistakes go to `pack.problems`. A pack from before has no such file, and
    its city what stands here."""
    if not (pack.directory / FILE).exists():
        return Figures()
    document = pack.yaml(FILE)
    found = None if document is None else pack.load(document, (), _FileSchema)
    return found or Figures()
