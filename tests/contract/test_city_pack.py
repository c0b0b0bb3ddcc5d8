"""The example city's pack keeps what the platform promises, and another city needs no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.kota.city import examine
from services.chassis.city import City, load_city
from services.notify.city import VARIABLES, load_texts
from services.notify.domain import MESSAGE_KEYS, is_of_report
from services.permits.city import load_permit_types
from services.reports.city import Categories, agency_for, load_categories
from tests.unit.city.tiny import write_pack

TANGSEL = Path(__file__).parents[2] / "infra" / "city" / "tangsel"


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(TANGSEL)


@pytest.fixture(scope="module")
def categories(city: City) -> Categories:
    return load_categories(TANGSEL, city)


def test_the_pack_has_no_mistake() -> None:
    problems, _ = examine(TANGSEL)
    assert [problem.in_language("en") for problem in problems] == []


def test_54_kelurahan_in_7_kecamatan(city: City) -> None:
    assert len(city.areas) == 54
    assert len(city.areas.districts) == 7


def test_the_agencies_of_the_city(city: City) -> None:
    assert set(city.agencies) == {
        *("DISDUKCAPIL", "DPMPTSP", "DLH", "DISHUB", "DSDABMBK"),
        *("SATPOLPP", "DCKTR", "DINKES", "DISKOMINFO", "BPBD"),
    }


def test_at_least_12_categories_with_garbage_and_jams(categories: Categories) -> None:
    assert len(categories.by_code) >= 12
    assert {"sampah", "kemacetan"} <= set(categories.by_code)


@pytest.mark.parametrize("code", ["sampah", "kemacetan"])
def test_no_question_of_garbage_and_jams_must_be_answered(
    categories: Categories, code: str
) -> None:
    asked = categories.by_code[code].attributes
    assert asked
    assert not any(attribute.required for attribute in asked)


def test_each_category_is_answered_by_an_agency_everywhere(
    city: City, categories: Categories
) -> None:
    for category in categories.by_code.values():
        assert {agency_for(category, area) for area in city.areas} <= set(city.agencies)


def test_service_levels_follow_the_national_complaint_system(categories: Categories) -> None:
    for category in categories.by_code.values():
        level = category.service_level
        assert (level.verify_working_days, level.answer_working_days) == (3, 5)
        assert level.legal_basis is not None


def test_at_least_8_permit_types(city: City) -> None:
    assert len(load_permit_types(TANGSEL, city)) >= 8


def test_holidays_say_whether_they_are_certain(city: City) -> None:
    assert {2026, 2027} <= set(city.calendar.years)
    for holiday in city.calendar.holidays:
        assert holiday.estimated == (holiday.source == "unverified_2027")


def test_every_message_can_be_written_in_both_languages() -> None:
    texts = load_texts(TANGSEL)
    words = {name: f"<{name}>" for name in VARIABLES}
    for key in MESSAGE_KEYS:
        for title, text in (texts.render(key, "id", words), texts.render(key, "en", words)):
            of_it = "<number>" if is_of_report(key) else "<category>"
            assert of_it in title and of_it in text


def test_inside_and_outside(city: City) -> None:
    """A place some hundred metres from Serua's centroid, and the National Monument in Jakarta."""
    inside = city.areas.at(-6.3150, 106.7150)
    assert inside is not None
    assert (inside.name, inside.district) == ("Serua", "Ciputat")
    assert city.areas.at(-6.1754, 106.8272) is None


def test_another_city_needs_no_code(tmp_path: Path) -> None:
    problems, counts = examine(write_pack(tmp_path))
    assert not problems
    assert {key: value for key, _, value in counts}["city"] == "99.01 Kota Contoh"
