"""The city as reports sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text
from services.reports import errors
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


def _place_far_away(pack: Path) -> tuple[str | None, str]:
    city = Catalogue.load(pack)
    return city.place(city.category("pothole"), 5.0, 100.0)
