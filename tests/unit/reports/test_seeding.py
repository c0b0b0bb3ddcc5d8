"""Synthetic reports have lived by the service's own rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.state import CITY_PACK
from services.chassis.capabilities import UploadedPhoto
from services.chassis.ids import id_at, is_public_number
from services.reports.catalogue import Catalogue
from services.reports.incidents.seeding import INCIDENT
from services.reports.lifecycle import State, folded
from services.reports.seeding import Life, Seeder, Span
from services.reports.seeding_material import MARK
from services.reports.seeding_repository import REPORT, rendered

PHOTO = UploadedPhoto("2026010100", "ab", 640, 480, 1_000)
END = datetime(2026, 6, 1, tzinfo=UTC)
SPAN = Span(END - timedelta(days=200), END, 400)
OFFICERS = {"DLH": ["an-officer"]}


@pytest.fixture(scope="module")
def city() -> Catalogue:
    return Catalogue.load(Path(CITY_PACK))


def lives(city: Catalogue, seed: str = "a", first: int = 0, count: int = 400) -> list[Life]:
    return list(Seeder(city, seed, OFFICERS, PHOTO).lives(SPAN, first, range(1, count + 1)))


def test_their_history_leads_to_where_they_stand(city: Catalogue) -> None:
    made = lives(city)
    for life in made:
        report = life.report
        assert folded((line.action, line.data) for line in life.history) == report["state"]
        assert [line.version for line in life.history] == list(range(1, report["version"] + 1))
        times = [line.at for line in life.history]
        assert times == sorted(times) and times[0] == report["created_at"]
        assert times[-1] == report["updated_at"] < END
    assert {life.report["state"] for life in made} >= {"submitted", "in_progress", "closed"}


def test_no_alarm_is_left_to_ring(city: Catalogue) -> None:
    reports = [life.report for life in lives(city)]
    assert all(report["alarm_at"] is None or report["alarm_at"] > END for report in reports)
    assert any(report["escalation"] for report in reports)


def test_they_are_placed_as_the_service_places_them(city: Catalogue) -> None:
    for life in lives(city):
        report = life.report
        category = city.category(report["category"])
        area, agency = city.place(category, report["lat"], report["long"])
        forwarded = any(line.action == "forward" for line in life.history)
        assert report["area"] == area and (report["agency"] == agency or forwarded)
        assert report["description"].startswith(MARK) and report["reporter"] is None


def test_each_answer_has_a_photo(city: Catalogue) -> None:
    for life in lives(city):
        resolved = [line.version for line in life.history if line.action == "resolve"]
        assert [version for _, version, _ in life.photos] == resolved


def test_ids_and_numbers_are_in_order(city: Catalogue) -> None:
    reports = [life.report for life in lives(city)]
    ids = [report["id"] for report in reports]
    assert ids == sorted(ids) and len(set(ids)) == len(ids)
    assert all(is_public_number("LP", report["number"]) for report in reports)


def test_the_same_seed_makes_the_same(city: Catalogue) -> None:
    whole = lives(city)
    assert lives(city) == whole
    assert lives(city, "b") != whole
    assert lives(city, first=100, count=50) == lives(city, first=100, count=50)


def test_rows_for_copy(city: Catalogue) -> None:
    one = lives(city, count=1)
    one[0].report["description"] = 'a\tb\\c\nd "e"'
    (line,) = rendered(one)["report"].splitlines()
    cells = line.split("\t")
    assert len(cells) == len(REPORT) and cells[REPORT.index("reporter")] == r"\N"
    assert cells[REPORT.index("description")] == r'a\tb\\c\nd "e"'
    assert cells[REPORT.index("state")] in set(State)


@settings(max_examples=50)
@given(st.integers(0, 10**12), st.integers(0, 2**74 - 1))
def test_an_id_of_a_moment(milliseconds: int, random: int) -> None:
    at = END + timedelta(milliseconds=milliseconds)
    made = id_at(at, random)
    assert made[14] == "7" and made[19] in "89ab"
    assert int(made.replace("-", "")[:12], 16) == int(at.timestamp() * 1_000)
    assert made < id_at(at + timedelta(milliseconds=2), 0)


def test_what_was_in_the_streets_is_over(city: Catalogue) -> None:
    """Whatever can be of an incident is of one that lived for its lifetime, and is seen no more."""
    made = lives(city)
    for life in made:
        report = life.report
        rules = city.category(report["category"]).incident
        is_seen = report["visibility"] != "secret" and report["state"] != "rejected"
        is_over = rules is not None and report["created_at"] + rules.lifetime <= END
        assert (life.past is not None) == (is_seen and is_over)
        if life.past is not None and rules is not None:
            row = dict(zip(INCIDENT, life.past.incident, strict=True))
            assert row["ended_at"] - row["began_at"] == rules.lifetime
            minutes = sum(hour[-1] for hour in life.past.hours)
            assert minutes * 60 == pytest.approx(rules.lifetime.total_seconds())
    assert sum(life.past is not None for life in made) > 20
