"""`holidays.yaml`: when the city does not work."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.calendar import Holiday, WorkingCalendar
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack, declared
from services.chassis.city.problems import Path
from services.chassis.city.schema import BasedSchema, Code, Day, bilingual
from services.chassis.text import Text

FILE = "holidays.yaml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS = ("national", "joint_leave", "local")

NO_WORK = Text("One working weekday must be left.", id="Harus tersisa satu hari kerja.")
UNKNOWN_SOURCE = Text(
    "No source {code} stands in this file.", id="Tidak ada sumber {code} dalam berkas ini."
)
SAME_HOLIDAY = Text(
    "This holiday already stands on line {line}.", id="Hari libur ini sudah ada di baris {line}."
)


class _SourceSchema(BasedSchema):
    code = Code()
    text = fields.String(required=True, min=3, max=500)


class _HolidaySchema(fields.Schema):
    date = Day(required=True)
    name = bilingual()
    kind = fields.Choice(KINDS, required=True)
    status = fields.Choice(("fixed", "estimated"), required=True)
    source = Code()

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Holiday:
        estimated = data.pop("status") == "estimated"
        return Holiday(estimated=estimated, **data)


class _FileSchema(fields.Schema):
    weekend = fields.List(fields.Choice(WEEKDAYS), required=True, max=7)
    sources = ma.fields.Raw()
    holidays = ma.fields.Raw()

    @ma.validates("weekend")
    def _leaves_work(self, weekend: list[str], **_: Any) -> None:
        if set(weekend) >= set(WEEKDAYS):
            raise ma.ValidationError(NO_WORK)


def read_calendar(pack: Pack) -> WorkingCalendar | None:
    """The calendar, or None when its frame is wrong."""
    document = pack.yaml(FILE)
    if document is None:
        return None
    frame = pack.load(document, (), _FileSchema)
    pack.load_items(document, ("sources",), _SourceSchema)
    pack.unique(document, ("sources",))
    found = pack.load_items(document, ("holidays",), _HolidaySchema)
    _check_holidays(pack, document, found)
    if frame is None:
        return None
    weekend = [WEEKDAYS.index(name) + 1 for name in frame["weekend"]]
    return WorkingCalendar((holiday for _, holiday in found), weekend)


def _check_holidays(pack: Pack, document: Document, found: list[tuple[Path, Holiday]]) -> None:
    sources = declared(document, ("sources",)) or frozenset()
    first: dict[tuple[object, str], Path] = {}
    for path, holiday in found:
        if holiday.source not in sources:
            pack.report(document, (*path, "source"), UNKNOWN_SOURCE.format(code=holiday.source))
        same = first.setdefault((holiday.date, holiday.name.id), path)
        if same != path:
            message = SAME_HOLIDAY.format(line=document.line(same))
            pack.report(document, (*path, "date"), message)
