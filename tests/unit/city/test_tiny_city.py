"""A whole pack, loaded: what each service gets from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.chassis.city import CityPackInvalid, LegalBasis, load_city
from services.chassis.principal import Role
from services.chassis.text import Text
from services.notify.city import VARIABLES, load_texts
from services.permits.city import load_permit_types
from services.reports.city import agency_for, load_categories
from tests.unit.city.tiny import change


def test_the_city(pack: Path) -> None:
    city = load_city(pack)
    assert (city.code, city.timezone.key, city.default_language) == ("99.01", "Asia/Makassar", "en")
    assert len(city.areas) == 3
    assert city.areas.districts == {"99.01.01": "Utara", "99.01.02": "Selatan"}
    assert city.agencies["ROADS"].name.id == "Dinas Jalan"
    assert [step.after_working_days for step in city.agencies["ROADS"].escalation] == [1, 3]
    assert city.legal_basis.valid_from == date(2020, 1, 1)


def test_the_calendar_has_its_own_weekend(pack: Path) -> None:
    calendar = load_city(pack).calendar
    assert not calendar.is_working_day(date(2026, 1, 1))
    assert not calendar.is_working_day(date(2026, 1, 2))  # a Friday
    assert calendar.is_working_day(date(2026, 1, 4))  # a Sunday


def test_a_wrong_pack_raises_every_problem(pack: Path) -> None:
    change(pack, "city.yaml", "Asia/Makassar", "Asia/Nowhere")
    change(pack, "areas.csv", "-3.12", "x")
    with pytest.raises(CityPackInvalid) as raised:
        load_city(str(pack))
    assert [problem.file for problem in raised.value.problems] == ["areas.csv", "city.yaml"]
    assert "areas.csv:3: [1].lat: This must be a number." in str(raised.value)


def test_a_category_is_answered_by_kelurahan_then_kecamatan_then_itself(pack: Path) -> None:
    city = load_city(pack)
    pothole = load_categories(pack, city).by_code["pothole"]
    agencies = {area.name: agency_for(pothole, area) for area in city.areas}
    assert agencies == {"Satu": "ROADS", "Dua": "HALL", "Tiga": "HALL"}
    assert agency_for(pothole, None) == "ROADS"


def test_a_category_brings_questions_and_terms(pack: Path) -> None:
    categories = load_categories(pack, load_city(pack))
    pothole = categories.by_code["pothole"]
    assert [attribute.code for attribute in pothole.attributes] == ["size", "depth"]
    assert [choice.code for choice in pothole.attributes[0].values] == ["small", "large"]
    assert pothole.service_level.answer_working_days == 5
    assert pothole.service_level.legal_basis == LegalBasis(
        "Invented rule", date(2020, 1, 1), date(2030, 12, 31)
    )
    assert categories.groups["holes"].parent == "streets"


def test_a_law_is_in_force_from_its_first_to_its_last_day() -> None:
    law = LegalBasis("Law", date(2020, 1, 1), date(2020, 12, 31))
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    assert [law.in_force(day) for day in days] == [False, True, True, False]


def test_a_permit_type(pack: Path) -> None:
    stall = load_permit_types(pack, load_city(pack))["stall"]
    assert [field.code for field in stall.form] == ["days", "place"]
    assert [(step.role, step.agency) for step in stall.steps] == [
        (Role.OFFICER, "HALL"),
        (Role.CITIZEN, None),
    ]
    assert stall.documents[0].types == ("application/pdf", "image/jpeg", "image/png")
    assert (stall.fee.kind, stall.fee.currency, stall.service_level.working_days) == (
        "formula",
        "IDR",
        2,
    )


WORDS = {
    "number": "LP-1",
    "category": Text("Pothole", id="Lubang"),
    "area": "Satu",
    "agency": Text("Road Agency", id="Dinas Jalan"),
    "topic": "",
    "severity": "",
    "reports": "",
    "day": "",
}


def test_a_message_speaks_the_language_of_its_reader(pack: Path) -> None:
    texts = load_texts(pack)
    assert texts.render("report.submitted", "en", WORDS) == (
        "Report LP-1",
        "Pothole in Satu for Road Agency",
    )
    assert texts.render("report.submitted", "id", WORDS) == (
        "Laporan LP-1",
        "Lubang di Satu untuk Dinas Jalan",
    )


def test_a_value_is_text_and_never_a_template(pack: Path) -> None:
    words = dict.fromkeys(VARIABLES, "{{ number }} {% for x in [1] %}")
    title, _ = load_texts(pack).render("report.submitted", "en", words)
    assert title == "Report {{ number }} {% for x in [1] %}"


def test_a_title_is_one_line(pack: Path) -> None:
    title, _ = load_texts(pack).render("report.submitted", "en", WORDS | {"number": "a\nb"})
    assert title == "Report a b"


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_message_needs_all_its_variables(pack: Path, variable: str) -> None:
    words = {name: word for name, word in WORDS.items() if name != variable}
    with pytest.raises(KeyError, match=variable):
        load_texts(pack).render("report.submitted", "en", words)
