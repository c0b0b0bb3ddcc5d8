"""Exact boundaries: every place inside a polygon is found in it; mistakes are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.kota.city import examine
from services.chassis.city import load_city
from tests.unit.city.bounds import Feature, box, squares, write
from tests.unit.city.tiny import write_pack


def found(pack: Path, lat: float, long: float) -> str | None:
    area = load_city(pack).areas.at(lat, long)
    return area.code if area else None


def test_a_place_belongs_to_the_polygon_it_lies_in(pack: Path) -> None:
    """This one is nearer to the centroid of another area."""
    assert found(pack, -3.1399, 120.12) == "99.01.02.1001"
    features = squares()
    features[1] = box("99.01.01.1002", 120.09, -3.14, 120.13, -3.11)
    write(pack, features)
    assert found(pack, -3.1399, 120.12) == "99.01.01.1002"


def test_outside_all_polygons_is_outside_the_city(pack: Path) -> None:
    assert found(pack, -3.135, 120.10) is not None
    write(pack, squares())
    assert found(pack, -3.135, 120.10) is None


def test_a_place_on_a_shared_line_belongs_to_the_lower_code(pack: Path) -> None:
    write(pack, squares()[::-1])
    assert found(pack, -3.11, 120.10) == "99.01.01.1001"


def test_an_area_may_have_parts_and_holes(pack: Path) -> None:
    first, second, third = squares()
    hole = [[120.095, -3.105], [120.105, -3.105], [120.105, -3.095], [120.095, -3.095]]
    outer = first["geometry"]["coordinates"][0]
    island = box("", 120.12, -3.10, 120.13, -3.09)["geometry"]["coordinates"]
    parts = [[outer, [*hole, hole[0]]], island]
    first["geometry"] = {"type": "MultiPolygon", "coordinates": parts}
    write(pack, [first, second, third])
    assert found(pack, -3.10, 120.10) is None
    assert found(pack, -3.10, 120.094) == "99.01.01.1001"
    assert found(pack, -3.095, 120.125) == "99.01.01.1001"


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.integers(0, 2))
def test_every_interior_point_is_found(
    tmp_path_factory: pytest.TempPathFactory, across: float, up: float, which: int
) -> None:
    area = _ONCE.setdefault("areas", _areas(tmp_path_factory))
    feature = squares()[which]
    (west, south), _, (east, north), *_ = feature["geometry"]["coordinates"][0]
    place = area.at(south + up * (north - south), west + across * (east - west))
    assert place.code == feature["properties"]["code"]


_ONCE: dict[str, Any] = {}


def _areas(tmp_path_factory: pytest.TempPathFactory) -> Any:
    pack = write_pack(tmp_path_factory.mktemp("bounded") / "tiny")
    write(pack, squares())
    return load_city(pack).areas


def _without_code(features: list[Feature]) -> None:
    features[1]["properties"] = {"kode": "99.01.01.1002"}


def _unknown_code(features: list[Feature]) -> None:
    features[1]["properties"]["code"] = "99.01.09.1009"


def _twice(features: list[Feature]) -> None:
    features.append(box("99.01.01.1001", 120.30, -3.1, 120.31, -3.0))


def _missing(features: list[Feature]) -> None:
    features.pop()


def _swapped(features: list[Feature]) -> None:
    features[0] = box("99.01.01.1001", -3.11, 89, -3.09, 89.5)


def _projected(features: list[Feature]) -> None:
    features[0] = box("99.01.01.1001", 680_000, 9_300_000, 680_100, 9_300_100)


def _crossing(features: list[Feature]) -> None:
    ring = [[120.09, -3.11], [120.11, -3.09], [120.11, -3.11], [120.09, -3.09], [120.09, -3.11]]
    features[0]["geometry"]["coordinates"] = [ring]


def _line(features: list[Feature]) -> None:
    features[0]["geometry"] = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}


def _no_numbers(features: list[Feature]) -> None:
    features[0]["geometry"]["coordinates"] = [[["a", "b"]]]


def _scalar(features: list[Feature]) -> None:
    features[0]["geometry"]["coordinates"] = 7


def _empty(features: list[Feature]) -> None:
    features[0]["geometry"]["coordinates"] = []


def _overlapping(features: list[Feature]) -> None:
    features[1] = box("99.01.01.1002", 120.09, -3.13, 120.11, -3.10)


@pytest.mark.parametrize(
    ("spoil", "field", "says"),
    [
        (_without_code, "features[1].properties.code", "must hold the code of an area"),
        (_unknown_code, "features[1].properties.code", "no area 99.01.09.1009"),
        (_twice, "features[3].properties.code", "already stands in features[0]"),
        (_missing, "features", "no feature for 99.01.02.1001 (Tiga)"),
        (_swapped, "features[0].geometry.coordinates", "longitude comes before latitude"),
        (_projected, "features[0].geometry.coordinates", "WGS84"),
        (_crossing, "features[0].geometry.coordinates", "Self-intersection"),
        (_line, "features[0].geometry.type", "one of"),
        (_no_numbers, "features[0].geometry.coordinates", "no coordinates of a polygon"),
        (_scalar, "features[0].geometry.coordinates", "no coordinates of a polygon"),
        (_empty, "features[0].geometry.coordinates", "no coordinates of a polygon"),
        (_overlapping, "features[0].geometry", "99.01.01.1002 overlap by 50 %"),
    ],
)
def test_mistakes_name_the_feature(
    pack: Path, spoil: Callable[[list[Feature]], None], field: str, says: str
) -> None:
    features = squares()
    spoil(features)
    write(pack, features)
    problems, _ = examine(pack)
    told = {problem.field: problem.message.in_language("en") for problem in problems}
    assert says in told.get(field, ""), problems
    assert {problem.file for problem in problems} == {"boundaries.geojson"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        ('{"type": "FeatureCollection", "type": "x"}', "'type' stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "must be an object"),
        ('{"type": "Feature"}', "one of"),
        ('{"type": "FeatureCollection", "features": []}', "At least one entry"),
    ],
)
def test_what_is_no_feature_collection_is_refused(pack: Path, text: str, says: str) -> None:
    (pack / "boundaries.geojson").write_text(text)
    problems, _ = examine(pack)
    assert any(says in problem.message.in_language("en") for problem in problems), problems
