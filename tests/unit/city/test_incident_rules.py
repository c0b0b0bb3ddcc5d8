"""How incidents live is said by the city pack, and what does not fit is named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from infra.kota.city import examine
from services.reports.catalogue import Catalogue
from tests.unit.city.jam import write_pack_with_jams
from tests.unit.city.tiny import change

FILE = "categories.yaml"


def test_what_the_pack_says(tmp_path: Path) -> None:
    rules = Catalogue.load(write_pack_with_jams(tmp_path / "tiny")).category("jam").incident
    assert rules is not None and rules.lifetime == timedelta(minutes=30)
    said = {"towards": "south", "how": "standing", "why": "crash", "other": "x"}
    assert rules.direction_of(said) == "south" and rules.bearing("south") == 180
    assert (rules.severity_of(said), rules.cause_of(said)) == ("major", "crash")
    assert rules.severity_of({}) is None and rules.direction_of({}) is None
    assert rules.bearing(None) is None


def test_the_example_city_lives_as_the_domain_says() -> None:
    pack = Path(__file__).resolve().parents[3] / "infra" / "city" / "tangsel"
    known = Catalogue.load(pack).categories.by_code.values()
    found = {one.code: one.incident.lifetime for one in known if one.incident is not None}
    assert {code: lives.total_seconds() / 60 for code, lives in found.items()} == {
        "kemacetan": 30,
        "kecelakaan": 90,
        "banjir": 360,
    }


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("    kind: incident\n", "    kind: case\n", "incident:", "Only a category of kind"),
        (
            "    kind: site",
            "    kind: incident",
            "    kind: incident\n    agency: ROADS\n    agency",
            "needs",
        ),
        ("lifetime_minutes: 30", "lifetime_minutes: 0", "lifetime_minutes", "between 1 and"),
        ("attribute: towards", "attribute: where", "where", "asks no singlevaluelist where"),
        ("cause: why", "cause: reason", "reason", "asks no singlevaluelist reason"),
        ("{north: 0", "{up: 0", "up: 0", "up is no answer to towards"),
        ("{slow: minor", "{quick: minor", "quick", "quick is no answer to how"),
        ("slow: minor", "slow: huge", "huge", "one of"),
        ("gone_ends: 6", "gone_ends: 2", "gone_ends", "one address could end"),
        ("account: 2", "account: 3", "account: 3", "must not weigh more"),
        ("type: JAM", "type: PARTY", "PARTY", "one of"),
        ("otherwise: moderate", "otherwise: no", "otherwise", "one of"),
        ("      decision: true\n", "", "incident:", "legal_basis"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, at: str, says: str) -> None:
    pack = write_pack_with_jams(tmp_path / "tiny")
    change(pack, FILE, old, new)
    problems, _ = examine(pack)
    found = [problem for problem in problems if problem.file == FILE]
    assert found, "nobody noticed"
    named = [problem for problem in found if says in problem.message]
    assert named, [(problem.line, problem.message) for problem in found]
    text = (pack / FILE).read_text(encoding="utf-8")
    assert text.count("\n", 0, text.index(at)) + 1 in [problem.line for problem in named]
