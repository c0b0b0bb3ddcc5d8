"""Each kind of mistake names the file, the line and the field it stands in."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from infra.kota.city import examine
from tests.unit.city.tiny import change, line_of


class Mistake(NamedTuple):
    """Put `new` for `old` in `file`; a problem must stand at the line of `at`, in `field`."""

    file: str
    old: str
    new: str
    at: str
    field: str
    says: str


CITY, AREAS, AGENCIES = "city.yaml", "areas.csv", "agencies.yaml"
HOLIDAYS, CATEGORIES = "holidays.yaml", "categories.yaml"
STALL, TEXTS = "permit_types/stall.yaml", "texts/notifications.yaml"

MISTAKES = [
    Mistake(CITY, '"99.01"', "99.01", "code:", "code", "in quotes"),
    Mistake(CITY, "Asia/Makassar", "Asia/Nowhere", "timezone", "timezone", "not known"),
    Mistake(CITY, "Asia/Makassar", "../../etc/passwd", "timezone", "timezone", "not known"),
    Mistake(CITY, "default_language: en", "default_language: fr", "fr", "default_language", "id"),
    Mistake(CITY, "outside_distance_km: 3", "outside_distance_km: x", "km: x", "", "a number"),
    Mistake(CITY, "province: Provinsi Contoh\n", "", "code:", "province", "required"),
    Mistake(CITY, "name:", "nama:", "nama:", "nama", "not known"),
    Mistake(CITY, "valid_from: 2020", "valid_from: soon", "soon", "legal_basis.valid_from", "date"),
    Mistake(AREAS, ",lat,", ",latitude,", "latitude", "lat", "missing"),
    Mistake(AREAS, ",lat,", ",lat,lat,", "lat,lat", "lat", "twice"),
    Mistake(AREAS, "-3.12,120.10,2.5", "-3.12,120.10", "Dua", "", "5 values"),
    Mistake(AREAS, "-3.12", "120.10", "Dua", "[1].lat", "between -90 and 90"),
    Mistake(AREAS, "-3.12", "nan", "Dua", "[1].lat", "a number"),
    Mistake(AREAS, "-3.12", "-4.12", "Dua", "[1].lat", "km from the middle"),
    Mistake(AREAS, "99.01.01.1002", "99.01.01.1001", "Dua", "[1].code", "stands on line 2"),
    Mistake(AREAS, "99.01.02.1001", "99.02.02.1001", "Tiga", "[2].code", "belong to city 99.01"),
    Mistake(AREAS, "99.01.02.1001", "99-01", "Tiga", "[2].code", "a code like"),
    Mistake(AREAS, "Dua,Utara", "Dua,Barat", "Dua", "[1].kecamatan", "called Utara on line 2"),
    Mistake(AREAS, "Dua,Utara", '"Dua,Utara', "code", "", "not CSV"),
    Mistake(AGENCIES, "code: HALL", "code: ROADS", "", "", "stands on line 2"),
    Mistake(AGENCIES, "code: HALL", "code: hall", "hall", "agencies[1].code", "Only A-Z"),
    Mistake(AGENCIES, "kind: other", "kind: club", "club", "agencies[1].kind", "one of"),
    Mistake(AGENCIES, "kind: other", "kind: [other]", "[other]", "agencies[1].kind", "text"),
    Mistake(AGENCIES, "days: 3", "days: 1", "escalation", "agencies[0].escalation", "rise"),
    Mistake(AGENCIES, ", en: City hall", "", "Balai", "agencies[1].name.en", "required"),
    Mistake(AGENCIES, "agencies:", "agency:", "agency:", "agency", "not known"),
    Mistake(HOLIDAYS, "2026-01-01", "2026-13-01", "2026-13", "holidays[0].date", "YYYY-MM-DD"),
    Mistake(HOLIDAYS, "2026-01-01", "2026-01", "2026-01", "holidays[0].date", "YYYY-MM-DD"),
    Mistake(HOLIDAYS, "source: ours", "source: theirs", "theirs", "holidays[0].source", "theirs"),
    Mistake(HOLIDAYS, "    decision: true\n", "", "code: ours", "sources[0].legal_basis", "Name a"),
    Mistake(HOLIDAYS, "[friday]", "[freeday]", "freeday", "weekend[0]", "one of"),
    Mistake(
        HOLIDAYS,
        "[friday]",
        "[monday, tuesday, wednesday, thursday, friday, saturday, sunday]",
        "weekend",
        "weekend",
        "One working weekday",
    ),
    Mistake(CATEGORIES, "parent: streets", "parent: roofs", "roofs", "groups[1].parent", "roofs"),
    Mistake(CATEGORIES, "parent: streets", "parent: holes", "t: holes", "groups[1].parent", "self"),
    Mistake(CATEGORIES, "group: holes", "group: gaps", "gaps", "categories[0].group", "gaps"),
    Mistake(CATEGORIES, "agency: ROADS", "agency: RODES", "RODES", "categories[0].agency", "RODES"),
    Mistake(CATEGORIES, '"99.01.02": HALL', '"99.01.02": HAL', "HAL\n", "", "HAL stands"),
    Mistake(CATEGORIES, '"99.01.02"', '"99.01.07"', "99.01.07", "", "kecamatan 99.01.07"),
    Mistake(CATEGORIES, "kind: site", "kind: place", "place", "categories[0].kind", "one of"),
    Mistake(CATEGORIES, "code: large", "code: small", "", "", "small already"),
    Mistake(CATEGORIES, "code: depth", "code: size", "size\n        type: n", "", "size already"),
    Mistake(CATEGORIES, "type: number", "type: text", "min: 1", "", "Only numbers have bounds"),
    Mistake(CATEGORIES, "type: number", "type: multivaluelist", "code: depth", "", "needs values"),
    Mistake(CATEGORIES, "type: single", "type: double", "double", "", "one of"),
    Mistake(CATEGORIES, "max: 100", "max: 0", "max: 0", "", "max is smaller"),
    Mistake(CATEGORIES, "priority: normal", "priority: no", "priority", "", "one of"),
    Mistake(CATEGORIES, "must_be_inside: true", "must_be_inside: yes", "must_be", "", "true or"),
    Mistake(CATEGORIES, "2030-12-31", "2019", "2019", "", "before valid_from"),
    Mistake(CATEGORIES, "answer_working_days: 5", "answer_working_days: -1", "-1", "", "between"),
    Mistake(CATEGORIES, "    decision: true\n", "", "- code: pothole", "", "Name a legal_basis"),
    Mistake(STALL, "code: stall", "code: booth", "booth", "code", "name of the file"),
    Mistake(STALL, "agency: HALL\ndecision", "agency: HUT\ndecision", "HUT", "agency", "HUT"),
    Mistake(STALL, "    agency: HALL\n", "", "code: check", "steps[0].agency", "Staff steps"),
    Mistake(STALL, "role: officer", "role: wizard", "wizard", "steps[0].role", "one of"),
    Mistake(
        STALL, "working_days: 1", "working_days: 9", "level", "service_level.working_days", "9"
    ),
    Mistake(STALL, "code: pay", "code: check", "", "steps[1].code", "check already"),
    Mistake(STALL, "required: true}", "required: true, types: [exe]}", "exe", "", "one of"),
    Mistake(STALL, "kind: formula", "kind: fixed", "formula:", "fee.formula", "not fit the kind"),
    Mistake(STALL, "kind: formula", "kind: gift", "gift", "fee.kind", "one of"),
    Mistake(STALL, "field: days", "field: weeks", "weeks", "", "no required number weeks"),
    Mistake(STALL, "field: days", "power: 2", "power", "", "exactly one of"),
    Mistake(STALL, ", street: 500", "", "lookup", "", "No value for answer street"),
    Mistake(STALL, "street: 500", "street: 500, sea: 9", "sea", "", "no answer sea"),
    Mistake(STALL, "street: 500", "street: free", "free", "", "a number"),
    Mistake(STALL, "months: 6, ", "", "validity", "validity.months", "how many months"),
    Mistake(TEXTS, "{{ area }} untuk", "{{ description }} untuk", "description", "", "description"),
    Mistake(TEXTS, "{{ agency }}", "{{ agency", '{{ agency"', "", "cannot be used"),
    Mistake(TEXTS, "{{ agency }}", "{{ agency.__class__ }}", "__class__", "", "cannot be used"),
    Mistake(TEXTS, "{{ agency }}", "{{ 1 / 0 }}", "1 / 0", "", "cannot be used"),
    Mistake(TEXTS, "{{ agency }}", "{{ range(9) }}", "range", "", "range does not exist"),
    Mistake(TEXTS, ', en: "Read {{ number }}"', "", "Baca", "", "required"),
    Mistake(TEXTS, "report.submitted.agency:", "report.sent:", "report.sent", "", "Nothing sends"),
    Mistake(TEXTS, "report.submitted.agency:", "report.sent:", "texts:", "texts", "is missing"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.file}:{m.new or m.old}"[:50])
def test_a_mistake_is_named_with_file_line_and_field(pack: Path, mistake: Mistake) -> None:
    change(pack, mistake.file, mistake.old, mistake.new)
    expected = _line(pack, mistake)
    problems, counts = examine(pack)
    assert not counts
    matching = [problem for problem in problems if mistake.says in problem.message]
    assert [(problem.file, problem.line) for problem in matching] == [(mistake.file, expected)]
    assert mistake.field in matching[0].field
    assert matching[0].message.id


def test_one_mistake_is_reported_once(pack: Path) -> None:
    """A wrong agency is still an agency for those who refer to it."""
    change(pack, AGENCIES, "kind: dinas", "kind: club")
    problems, _ = examine(pack)
    assert [problem.field for problem in problems] == ["agencies[0].kind"]


def test_mistakes_of_all_files_are_reported_together(pack: Path) -> None:
    change(pack, CITY, "Asia/Makassar", "Asia/Nowhere")
    change(pack, AREAS, "-3.12", "x")
    change(pack, AGENCIES, "kind: other", "kind: club")
    change(pack, HOLIDAYS, "source: ours", "source: theirs")
    change(pack, CATEGORIES, "kind: site", "kind: place")
    change(pack, CATEGORIES, "priority: normal", "priority: top")
    change(pack, STALL, "role: officer", "role: wizard")
    (pack / TEXTS).unlink()
    problems, _ = examine(pack)
    files = [AGENCIES, AREAS, CATEGORIES, CATEGORIES, CITY, HOLIDAYS, STALL, TEXTS]
    assert [problem.file for problem in problems] == files


@pytest.mark.parametrize("file", [CITY, AREAS, AGENCIES, HOLIDAYS, CATEGORIES, TEXTS])
def test_a_missing_file_is_one_problem(pack: Path, file: str) -> None:
    (pack / file).unlink()
    problems, _ = examine(pack)
    assert [(problem.file, str(problem.message)) for problem in problems] == [
        (file, "This file is missing.")
    ]


def test_an_empty_folder_of_permit_types_is_a_problem(pack: Path) -> None:
    (pack / STALL).unlink()
    problems, _ = examine(pack)
    assert [problem.file for problem in problems] == ["permit_types"]


def test_a_permit_type_with_another_ending_is_not_overlooked(pack: Path) -> None:
    (pack / STALL).rename(pack / "permit_types/stall.yml")
    problems, _ = examine(pack)
    assert "permit_types/stall.yml" in [problem.file for problem in problems]


def test_groups_in_a_circle_are_a_problem_for_each_of_them(pack: Path) -> None:
    change(pack, CATEGORIES, "en: Streets}", "en: Streets}\n    parent: holes")
    problems, _ = examine(pack)
    circle = [p.field for p in problems if "contains itself" in p.message]
    assert circle == ["groups[0].parent", "groups[1].parent"]


def _line(pack: Path, mistake: Mistake) -> int:
    """The line of `at`; with several lines in it, where they start; without, of the last `new`."""
    text = (pack / mistake.file).read_text(encoding="utf-8")
    if not mistake.at:
        return text.count("\n", 0, text.rindex(mistake.new)) + 1
    if "\n" in mistake.at:
        return text.count("\n", 0, text.index(mistake.at)) + 1
    return line_of(pack, mistake.file, mistake.at)
