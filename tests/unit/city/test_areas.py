"""Nearest centroid, and what lies outside."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.city import Area, AreaIndex, distance_km


def area(code: str, lat: float, long: float) -> Area:
    return Area(code, code.title(), "d", "District", lat, long, 1.0)


HERE = AreaIndex([area("west", -6.30, 106.66), area("east", -6.30, 106.70)], 2.5)

lats = st.floats(-90, 90)
longs = st.floats(-180, 180)
places = st.tuples(lats, longs)
codes = st.integers(0, 999).map(str)
indexes = st.builds(
    lambda places, limit: AreaIndex([area(code, *place) for code, place in places.items()], limit),
    st.dictionaries(codes, places, min_size=1, max_size=12),
    st.floats(0.1, 21_000),
)


def test_a_place_belongs_to_the_nearest_centroid() -> None:
    found = HERE.at(-6.301, 106.661)
    assert found is not None
    assert found.code == "west"


def test_a_place_far_from_every_centroid_is_outside() -> None:
    assert HERE.at(-6.30, 106.60) is None


def test_the_limit_is_counted_in_kilometres() -> None:
    """One hundredth of a degree of latitude is 1.11 km."""
    assert HERE.at(-6.322, 106.66) is not None
    assert HERE.at(-6.323, 106.66) is None


@pytest.mark.parametrize(
    ("lat", "long"), [(math.nan, 106.66), (-6.3, math.nan), (math.inf, 0), (-90.1, 0), (0, 180.1)]
)
def test_coordinates_that_do_not_exist_are_outside(lat: float, long: float) -> None:
    assert HERE.at(lat, long) is None


def test_no_areas_means_outside() -> None:
    assert AreaIndex([], 2.5).at(0, 0) is None


def test_areas_come_in_order_of_code_and_are_found_by_it() -> None:
    assert [area.code for area in HERE] == ["east", "west"]
    assert HERE.get("east") is not None
    assert HERE.get("north") is None
    assert HERE.districts == {"d": "District"}


@given(indexes, places)
def test_no_area_is_nearer_than_the_one_found(index: AreaIndex, place: tuple[float, float]) -> None:
    distances = {area.code: distance_km(*place, area.lat, area.long) for area in index}
    found = index.at(*place)
    shortest = min(distances.values())
    if found is None:
        assert shortest > index.outside_distance_km
    else:
        assert distances[found.code] == shortest <= index.outside_distance_km


@given(indexes)
def test_a_centroid_lies_in_its_area(index: AreaIndex) -> None:
    for here in index:
        found = index.at(here.lat, here.long)
        assert found is not None
        assert distance_km(here.lat, here.long, found.lat, found.long) == 0


@given(places, places)
def test_distance_is_symmetric_and_bounded(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    there = distance_km(*one, *other)
    assert math.isclose(there, distance_km(*other, *one), abs_tol=1e-6)
    assert 0 <= there <= 20_016


def test_distance_between_known_places() -> None:
    """Jakarta (Monas) to Bandung (Gedung Sate)."""
    assert distance_km(-6.1754, 106.8272, -6.9025, 107.6188) == pytest.approx(119.2, abs=0.5)
