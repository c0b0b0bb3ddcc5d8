"""`boundaries.geojson`: the exact boundaries of the areas; a pack may lack it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city.areas import Area, distance_km
from services.chassis.city.document import Document
from services.chassis.city.pack import Pack
from services.chassis.city.problems import Path
from services.chassis.text import Text

if TYPE_CHECKING:
    from services.chassis.city.boundaries import Boundaries, Polygon

FILE = "boundaries.geojson"
CODE = "code"
"""The property of each feature that holds the code of its area, in a pack."""
MAX_BYTES = 50_000_000
MAX_OFF_KM = 10
"""No kelurahan's middle is this far from its centroid in areas.csv; swapped coordinates are."""
MAX_OVERLAP = 0.01
"""Neighbours drawn by different hands overlap a little; more than this share is a mistake."""

NO_CODE = Text(
    "The property {property} must hold the code of an area, such as 36.74.01.1001.",
    id="Properti {property} harus berisi kode kelurahan, misalnya 36.74.01.1001.",
)
UNKNOWN = Text("areas.csv has no area {code}.", id="Tidak ada kelurahan {code} dalam areas.csv.")
TWICE = Text(
    "{code} already stands in features[{first}]; one feature per area, as a MultiPolygon if it"
    " has several parts.",
    id="{code} sudah ada di features[{first}]; satu fitur per kelurahan, berupa MultiPolygon bila"
    " terdiri atas beberapa bagian.",
)
MISSING = Text("There is no feature for {code} ({name}).", id="Tidak ada fitur {code} ({name}).")
NO_SHAPE = Text(
    "These are no coordinates of a polygon: {why}.", id="Ini bukan koordinat poligon: {why}."
)
BROKEN = Text("This polygon is not valid: {why}.", id="Poligon ini tidak sah: {why}.")
NOT_WGS84 = Text(
    "Coordinates must be WGS84 degrees, longitude before latitude.",
    id="Koordinat harus dalam derajat WGS84, bujur mendahului lintang.",
)
FAR_AWAY = Text(
    "This polygon lies {distance} km from the centroid in areas.csv (at most {max}); longitude"
    " comes before latitude.",
    id="Poligon ini berjarak {distance} km dari titik tengah dalam areas.csv (maksimal {max});"
    " bujur mendahului lintang.",
)
OVERLAP = Text(
    "{code} and {other} overlap by {percent} %.", id="{code} dan {other} bertumpang {percent} %."
)


class _Member(fields.Schema):
    """Foreign members are allowed wherever GeoJSON has objects (RFC 7946, 6.1)."""

    class Meta:
        unknown = ma.EXCLUDE


class _Geometry(_Member):
    type = fields.Choice(("Polygon", "MultiPolygon"), required=True)
    coordinates = ma.fields.Raw(required=True)


class _Feature(_Member):
    type = fields.Choice(("Feature",), required=True)
    properties = ma.fields.Dict(keys=ma.fields.String(), required=True)
    geometry = fields.Nested(_Geometry, required=True)


class _Collection(_Member):
    type = fields.Choice(("FeatureCollection",), required=True)


def read_boundaries(pack: Pack, areas: list[Area]) -> Boundaries | None:
    """The pack's boundaries; None where it has none, or with mistakes (`pack.problems`)."""
    if not (pack.directory / FILE).is_file():
        return None
    found = read_polygons(pack, FILE, CODE, areas)
    if not found:
        return None
    # the library costs 20 MB, which a city without boundaries does not need
    from services.chassis.city.boundaries import Boundaries

    return Boundaries(found)


def read_polygons(
    pack: Pack,
    file: str,
    code_property: str,
    areas: Iterable[Area],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Mapping[str, Polygon]:
    """The polygon of each area from a GeoJSON file of the pack's directory.

    code_property: the property that holds an area's code. told: hears how many of how many
    features were looked at. Mistakes go to `pack.problems`: what is wrong in a polygon by itself,
    areas without one or with two, polygons far from their area's centroid, and overlaps.
    """
    document = pack.json(file, MAX_BYTES)
    if document is None:
        return {}
    pack.load(document, (), _Collection)
    features = pack.load_items(document, ("features",), _Feature)
    known = {area.code: area for area in areas}
    reader = _Reader(pack, document, code_property, known)
    for done, (path, feature) in enumerate(features, 1):
        reader.read(path, feature)
        told(done, len(features))
    reader.check_all()
    return reader.found


class _Reader:
    """Takes one feature after the other in."""

    def __init__(
        self, pack: Pack, document: Document, code_property: str, known: Mapping[str, Area]
    ) -> None:
        self.found: dict[str, Polygon] = {}
        self._pack, self._document = pack, document
        self._property, self._known = code_property, known
        self._first: dict[str, Path] = {}

    def read(self, path: Path, feature: dict[str, Any]) -> None:
        """Take the polygon of one feature in, or report what is wrong with it."""
        code = self._code((*path, "properties"), feature["properties"])
        where = (*path, "geometry", "coordinates")
        polygon = self._polygon(where, feature["geometry"])
        if code is None or polygon is None:
            return
        area = self._known[code]
        middle = polygon.centroid
        distance = distance_km(area.lat, area.long, middle.y, middle.x)
        if distance > MAX_OFF_KM:
            self._report(where, FAR_AWAY.format(distance=round(distance), max=MAX_OFF_KM))
        else:
            self.found[code] = polygon

    def check_all(self) -> None:
        """Report areas that have no feature, and polygons that overlap."""
        for code, area in self._known.items():
            if code not in self._first:
                self._report(("features",), MISSING.format(code=code, name=area.name))
        for code, other, share in _overlaps(self.found):
            message = OVERLAP.format(code=code, other=other, percent=round(share * 100))
            self._report((*self._first[code], "geometry"), message)

    def _code(self, path: Path, properties: dict[str, Any]) -> str | None:
        code = properties.get(self._property)
        path = (*path, self._property)
        if not isinstance(code, str):
            self._report(path, NO_CODE.format(property=self._property))
        elif code not in self._known:
            self._report(path, UNKNOWN.format(code=code))
        elif code in self._first:
            self._report(path, TWICE.format(code=code, first=self._first[code][1]))
        else:
            self._first[code] = path[:2]
            return code
        return None

    def _polygon(self, path: Path, geometry: dict[str, Any]) -> Polygon | None:
        from services.chassis.city import boundaries

        try:
            polygon = boundaries.polygon_of(geometry)
        except ValueError as problem:
            self._report(path, NO_SHAPE.format(why=problem))
            return None
        west, south, east, north = polygon.bounds
        if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
            self._report(path, NOT_WGS84)
        elif not polygon.is_valid:
            self._report(path, BROKEN.format(why=boundaries.why_broken(polygon)))
        else:
            return polygon
        return None

    def _report(self, path: Path, message: Text) -> None:
        self._pack.report(self._document, path, message)


def _overlaps(found: Mapping[str, Polygon]) -> Iterator[tuple[str, str, float]]:
    for (code, one), (other, two) in combinations(sorted(found.items()), 2):
        shared = one.intersection(two).area / min(one.area, two.area)
        if shared > MAX_OVERLAP:
            yield code, other, shared
