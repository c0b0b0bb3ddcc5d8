"""Fields for what stands in the query of a list: a box on the map, a day or a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.chassis import fields
from services.chassis.text import Text

_NUMBER = re.compile(r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,15})?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Box:
    """A box in WGS84 degrees; its edges belong to it."""

    west: float
    south: float
    east: float
    north: float


class BoundingBox(fields.String):
    """`west,south,east,north` in degrees, as GeoJSON orders them (RFC 7946 §5); gives a Box.

    A box across the antimeridian is refused: no city lies there.
    """

    default_error_messages: fields.Messages = {
        "box": Text(
            "Four numbers with commas: west,south,east,north, such as 106.6,-6.4,106.8,-6.2.",
            id="Empat angka dengan koma: barat,selatan,timur,utara; misal 106.6,-6.4,106.8,-6.2.",
        ),
        "outside": Text(
            "Longitudes lie between -180 and 180, latitudes between -90 and 90.",
            id="Bujur antara -180 dan 180, lintang antara -90 dan 90.",
        ),
        "order": Text(
            "West comes before east and south before north.",
            id="Barat sebelum timur, dan selatan sebelum utara.",
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=100, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        parts = [part.strip() for part in super()._deserialize(value, attr, data).split(",")]
        if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
            raise self.make_error("box")
        box = Box(*map(float, parts))
        if max(abs(box.west), abs(box.east)) > 180 or max(abs(box.south), abs(box.north)) > 90:
            raise self.make_error("outside")
        if box.west > box.east or box.south > box.north:
            raise self.make_error("order")
        return box


class DayOrTime(fields.String):
    """A day such as 2026-11-25, or an RFC 3339 time with offset; gives a date or a datetime.

    A `+` in a query that was not escaped arrives as a blank, and is understood.
    """

    default_error_messages: fields.Messages = {
        "day_or_time": Text(
            "A day such as 2026-11-25, or a time with offset such as 2026-11-25T08:00:00+07:00.",
            id="Tanggal (2026-11-25) atau waktu dengan zona (2026-11-25T08:00:00+07:00).",
        )
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=40, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
            found = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise self.make_error("day_or_time") from None
        if found.tzinfo is None:
            raise self.make_error("day_or_time")
        return found


class Month(fields.String):
    """A month such as 2026-11; gives its first day."""

    default_error_messages: fields.Messages = {
        "month": Text("A month such as 2026-11.", id="Bulan seperti 2026-11.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=7, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        try:
            if not _MONTH.fullmatch(text):
                raise ValueError(text)
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise self.make_error("month") from None


class Words(fields.String):
    """Words to search for; at least one of them has a letter or a digit."""

    default_error_messages: fields.Messages = {
        "no_words": Text("At least one word.", id="Minimal satu kata.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min=1, max=fields.MAX_LINE, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data)
        if not any(character.isalnum() for character in text):
            raise self.make_error("no_words")
        return text
