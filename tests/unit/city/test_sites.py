"""What the pack says of sites: every mistake has its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.city import CityPackInvalid, Declared, load_city
from services.reports.catalogue import Catalogue
from services.reports.city import load_categories
from services.reports.sites.pack import FILE, load_sites
from tests.unit.city.tiny import change, write_pack

SITES = """\
sites:
  - category: pothole
    radius_m: 50
    questions: {volume: size}
    duties:
      - {duty: clean, service_level: {verify_working_days: 1, answer_working_days: 3,
         decision: true}}
      - {duty: enforce, agency: HALL, after_recurrences: 1,
         service_level: {verify_working_days: 2, answer_working_days: 5, decision: true}}
    ranking: {report: 1, recurrence: 5, answers: {volume: {large: 10}}}
    decision: true
"""


def written(directory: Path) -> Path:
    """The tiny city, where potholes come back."""
    pack = write_pack(directory)
    (pack / FILE).write_text(SITES)
    return pack


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("category: pothole", "category: unicorn", "unicorn"),
        ("radius_m: 50", "radius_m: 0", "radius_m"),
        ("volume: size", "volume: depth", "depth"),
        ("volume: size", "volume: none_such", "size"),
        ("agency: HALL", "agency: MOON", "MOON"),
        ("duty: enforce", "duty: clean", "Exactly one duty"),
        ("duty: enforce", "duty: dance", "duties"),
        ("large: 10", "huge: 10", "huge"),
        ("    decision: true\n", "", "legal_basis"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    pack = written(tmp_path)
    if old.startswith(" "):
        (pack / FILE).write_text(SITES.removesuffix(old))
    else:
        change(pack, FILE, old, new)
    city = load_city(pack)
    with pytest.raises(CityPackInvalid) as invalid:
        load_sites(pack, load_categories(pack, city).by_code, Declared.of(city))
    told = " ".join(f"{one.field} {one.in_language('en')}" for one in invalid.value.problems)
    assert said in told and all(one.file == FILE for one in invalid.value.problems)


def test_only_what_comes_back_has_sites(tmp_path: Path) -> None:
    pack = written(tmp_path)
    change(pack, "categories.yaml", "kind: site", "kind: case")
    with pytest.raises(CityPackInvalid, match="site"):
        Catalogue.load(pack)


def test_a_city_without_the_file_has_none(tmp_path: Path) -> None:
    assert Catalogue.load(write_pack(tmp_path)).sites == {}


def test_the_example_city_has_garbage_sites() -> None:
    rules = Catalogue.load(Path("infra/city/tangsel")).sites["sampah"]
    assert [(duty.duty, duty.agency) for duty in rules.duties] == [
        ("clean", None), ("enforce", "SATPOLPP")]  # fmt: skip
    assert rules.order["volume"][-1] == "lebih" and set(rules.questions) == set(rules.order)
