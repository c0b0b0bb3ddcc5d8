"""An event in words, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.local.state import CITY_PACK
from services.notify.domain import MESSAGE_KEYS, PLAIN_KEYS, is_of_report
from services.notify.wording import Wording
from tests.unit.city.tiny import write_pack

REPORT: dict[str, Any] = {
    "number": "LP-2026-0000001-1",
    "category_name": {"id": "Lubang", "en": "Pothole"},
    "area": "99.01.01.1002",
    "agency": "ROADS",
}


@pytest.fixture(scope="module")
def example() -> Wording:
    """The example city's."""
    return Wording.load(CITY_PACK)


@pytest.fixture
def wording(tmp_path: Path) -> Wording:
    """The tiny city's."""
    return Wording.load(write_pack(tmp_path))


def text(wording: Wording, **changed: Any) -> Any:
    _, words = wording.words("report.submitted", REPORT | changed)
    return words.data()


def test_names_stand_in_the_messages_own_language(wording: Wording) -> None:
    assert text(wording) == {
        "id": "Lubang di Dua untuk Dinas Jalan",
        "en": "Pothole in Dua for Road Agency",
    }


def test_a_report_from_outside_is_in_the_city(wording: Wording) -> None:
    assert text(wording, area=None)["en"] == "Pothole in Kota Contoh for Road Agency"


def test_what_the_pack_no_longer_knows(wording: Wording) -> None:
    assert text(wording, area="99.09", agency="GONE")["en"] == "Pothole in Kota Contoh for GONE"


@pytest.mark.parametrize("key", MESSAGE_KEYS)
def test_the_example_city_says_everything(example: Wording, key: str) -> None:
    title, words = example.words(key, REPORT | {"agency": "DLH"})
    for language in ("id", "en"):
        of_it = REPORT["number"] if is_of_report(key) else REPORT["category_name"][language]
        assert of_it in title.in_language(language)
        assert "\n" not in title.in_language(language)
        assert REPORT["category_name"][language] in words.in_language(language)


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_what_is_not_about_a_report_names_none(example: Wording, key: str) -> None:
    for words in example.plain(key, topic="Serpong"):
        for language in ("id", "en"):
            assert words.in_language(language) and "  " not in words.in_language(language)
