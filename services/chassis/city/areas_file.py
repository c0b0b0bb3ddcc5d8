"""`areas.csv`: the kelurahan of the city."""

from __future__ import annotations

import re
from statistics import median
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.areas import Area, distance_km
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack
from services.chassis.city.problems import Path
from services.chassis.text import Text

FILE = "areas.csv"
NUMBERS = frozenset({"lat", "long", "area_km2"})
COLUMNS = ("code", "kelurahan", "kecamatan", "lat", "long", "area_km2")
MAX_SPREAD_KM = 60
"""No Indonesian city reaches this far from its middle; a typo in a coordinate soon does."""

BAD_CODE = Text(
    "This must be a code like 36.74.01.1001.", id="Ini harus berupa kode seperti 36.74.01.1001."
)
OTHER_CITY = Text(
    "This code does not belong to city {city}.", id="Kode ini bukan milik kota {city}."
)
OTHER_DISTRICT = Text(
    "Kecamatan {code} is called {name} on line {line}.",
    id="Kecamatan {code} bernama {name} di baris {line}.",
)
FAR_AWAY = Text(
    "This place lies {distance} km from the middle of the city (at most {max}).",
    id="Tempat ini berjarak {distance} km dari tengah kota (maksimal {max}).",
)


class _AreaSchema(fields.Schema):
    code = fields.String(
        required=True,
        validate=ma.validate.Regexp(r"\d\d\.\d\d\.\d\d\.\d{4}\Z", re.ASCII, error=BAD_CODE),
    )
    kelurahan = fields.String(required=True, min=1)
    kecamatan = fields.String(required=True, min=1)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    area_km2 = fields.Number(required=True, min=0.001, max=100_000)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Area:
        return Area(
            code=data["code"],
            name=data["kelurahan"],
            district_code=data["code"].rpartition(".")[0],
            district=data["kecamatan"],
            lat=data["lat"],
            long=data["long"],
            area_km2=data["area_km2"],
        )


def read_areas(pack: Pack, city_code: str | None) -> tuple[Document | None, list[Area]]:
    """The areas that are right by themselves; city_code, when known, must begin each code."""
    document = pack.csv(FILE, COLUMNS, NUMBERS)
    if document is None:
        return None, []
    found = pack.load_items(document, (), _AreaSchema)
    pack.unique(document, ())
    _check_codes(pack, document, found, city_code)
    _check_distances(pack, document, found)
    return document, [area for _, area in found]


def _check_codes(
    pack: Pack, document: Document, found: list[tuple[Path, Area]], city_code: str | None
) -> None:
    first: dict[str, tuple[Path, str]] = {}
    for path, area in found:
        if city_code and not area.code.startswith(city_code + "."):
            pack.report(document, (*path, "code"), OTHER_CITY.format(city=city_code))
        where, name = first.setdefault(area.district_code, (path, area.district))
        if name != area.district:
            message = OTHER_DISTRICT.format(
                code=area.district_code, name=name, line=document.line(where)
            )
            pack.report(document, (*path, "kecamatan"), message)


def _check_distances(pack: Pack, document: Document, found: list[tuple[Path, Area]]) -> None:
    if not found:
        return
    lat = median(area.lat for _, area in found)
    long = median(area.long for _, area in found)
    for path, area in found:
        distance = distance_km(lat, long, area.lat, area.long)
        if distance > MAX_SPREAD_KM:
            message = FAR_AWAY.format(distance=round(distance), max=MAX_SPREAD_KM)
            pack.report(document, (*path, "lat"), message)
