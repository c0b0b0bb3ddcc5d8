"""The city as reports sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.reports import categories, errors
from services.reports.catalogue import Catalogue
from tests.unit.city.tiny import change, write_pack


@pytest.fixture
def city(tmp_path: Path) -> Catalogue:
    """The tiny city."""
    return Catalogue.load(write_pack(tmp_path))


def test_names_are_in_the_readers_language(city: Catalogue) -> None:
    assert city.names("99.01.02.1001", "HALL", "en") == {
        "area_name": "Tiga", "agency_name": "City hall",
    }  # fmt: skip
    assert city.names(None, "HALL", "id") == {"area_name": None, "agency_name": "Balai kota"}


def test_old_reports_outlive_their_area_and_agency(city: Catalogue) -> None:
    assert city.names("99.09.01.1001", "GONE", "id") == {
        "area_name": "99.09.01.1001", "agency_name": "GONE",
    }  # fmt: skip


def test_the_year_turns_with_the_citys_midnight(city: Catalogue) -> None:
    assert city.local_time(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)).year == 2026
    assert city.local_time(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)).year == 2027


def test_outside_is_refused_where_it_matters(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    with pytest.raises(Invalid) as refused:
        _place_far_away(pack)
    assert [error.field for error in refused.value.errors] == ["lat", "long"]
    change(pack, "categories.yaml", "must_be_inside: true", "must_be_inside: false")
    assert _place_far_away(pack) == (None, "ROADS")


def test_complaints_keep_their_words_under_a_prefix() -> None:
    words = Text("Wrong.", id="Salah.")
    moved = errors.under("attributes", Invalid(errors=[FieldError("size", "invalid", words)]))
    assert list(moved.errors) == [FieldError("attributes.size", "invalid", words)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lat=st.floats(-3.2, -3.05),
    long=st.floats(120.05, 120.2),
    exceptions=st.dictionaries(
        st.sampled_from(["99.01.01", "99.01.02", "99.01.01.1001", "99.01.01.1002"]),
        st.sampled_from(["ROADS", "HALL"]),
    ),
)
def test_each_place_and_category_has_one_agency(
    city: Catalogue, lat: float, long: float, exceptions: dict[str, str]
) -> None:
    pothole = replace(city.category("pothole"), agency_by_area=exceptions, must_be_inside=False)
    area, agency = city.place(pothole, lat, long)
    assert agency in city.city.agencies
    assert (area, agency) == city.place(pothole, lat, long)
    # the kelurahan, else the kecamatan, else the category decides; nothing else does
    deciding = [code for code in exceptions if area and f"{area}.".startswith(f"{code}.")]
    most_exact = max(deciding, key=len, default=None)
    assert agency == (exceptions[most_exact] if most_exact else pothole.agency)


def test_people_are_told_who_answers_where(city: Catalogue) -> None:
    work = UnitOfWork(None, transaction=False)  # type: ignore[arg-type]
    shown = categories.get_category(work, {"code": "pothole"}, city)
    assert shown["agency"] == "ROADS" and shown["agency_by_area"] == [
        {"area": "99.01.02", "area_name": "Selatan", "agency": "HALL", "agency_name": "Balai kota"},
        {"area": "99.01.01.1002", "area_name": "Dua", "agency": "HALL",
         "agency_name": "Balai kota"},
    ]  # fmt: skip


def _place_far_away(pack: Path) -> tuple[str | None, str]:
    city = Catalogue.load(pack)
    return city.place(city.category("pothole"), 5.0, 100.0)
