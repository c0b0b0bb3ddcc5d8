"""When garbage is collected: what the pack may say, and which days follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.city import CityPackInvalid, Declared, load_city
from services.chassis.clock import FixedClock
from services.reports.catalogue import Catalogue
from services.reports.city import load_categories
from services.reports.collections import reminding, schedule
from services.reports.collections.pack import FILE, load_collections
from services.reports.collections.reading import list_collections
from tests.unit.city.tiny import change, write_pack

ROUNDS = """\
missed: pothole
rounds:
  - code: home
    waste: {id: Rumah tangga, en: Household}
    areas: ["99.01.01"]
    days: [thursday, monday]
    start: "06:00"
    end: "10:00"
    decision: true
  - code: home
    waste: {id: Rumah tangga, en: Household}
    areas: [99.01.01.1002]
    days: [tuesday]
    start: "06:00"
    end: "10:00"
    on_holidays: false
    decision: true
"""


def city(directory: Path) -> Catalogue:
    pack = write_pack(directory)
    (pack / FILE).write_text(ROUNDS)
    return Catalogue.load(pack)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("missed: pothole", "missed: unicorn", "unicorn"),
        ("missed: pothole", "remind_hour: 24", "remind_hour"),
        ('"99.01.01"', '"99.01.09"', "99.01.09"),
        ("99.01.01.1002", '"99.01.01"', "99.01.01 has a round home on line 5"),
        ("[tuesday]", "[someday]", "days"),
        ('end: "10:00"', 'end: "06:00"', "beginning"),
        ('start: "06:00"', "start: 6", "start"),
        ('start: "06:00"', 'start: "25:00"', "06:30"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    pack = write_pack(tmp_path)
    (pack / FILE).write_text(ROUNDS)
    change(pack, FILE, old, new)
    loaded = load_city(pack)
    with pytest.raises(CityPackInvalid) as invalid:
        load_collections(pack, load_categories(pack, loaded).by_code, Declared.of(loaded))
    told = " ".join(f"{one.field} {one.in_language('en')}" for one in invalid.value.problems)
    assert said in told


class Asked:
    """As much of a unit of work as a question needs."""

    def __init__(self, at: datetime) -> None:
        self.clock = FixedClock(at)
        self.call = self

    language = "en"


def test_a_kelurahan_has_the_rounds_of_its_kecamatan_or_its_own(tmp_path: Path) -> None:
    loaded = city(tmp_path)
    # a Wednesday, eight in the morning on the city's clocks
    work = Asked(datetime(2026, 6, 3, 0, tzinfo=UTC))
    shown = list_collections(work, {"area": "99.01.01.1001"}, loaded)  # type: ignore[arg-type]
    (one,) = shown["items"]
    assert (shown["missed"], one["days"]) == ("pothole", ["monday", "thursday"])
    assert (one["last"], one["next"]) == ("2026-06-01", ["2026-06-04", "2026-06-08", "2026-06-11"])
    (own,) = list_collections(work, {"area": "99.01.01.1002"}, loaded)["items"]  # type: ignore[arg-type]
    assert own["days"] == ["tuesday"] and own["waste"] == "Household"
    none = list_collections(work, {"area": "99.01.02.1001"}, loaded)  # type: ignore[arg-type]
    assert none["items"] == []


@pytest.mark.parametrize(
    ("hour", "last", "following"),
    [
        (0, "2026-06-01", "2026-06-04"),
        (1, "2026-06-01", "2026-06-04"),
        (3, "2026-06-04", "2026-06-08"),
    ],
)
def test_today_counts_until_it_is_over(
    tmp_path: Path, hour: int, last: str, following: str
) -> None:
    """A Thursday; the city's clocks are eight hours ahead, so ten o'clock is at two."""
    work = Asked(datetime(2026, 6, 4, hour, tzinfo=UTC))
    (one,) = list_collections(work, {"area": "99.01.01.1001"}, city(tmp_path))["items"]  # type: ignore[arg-type]
    assert (one["last"], one["next"][0]) == (last, following)


# the pack's one holiday is a Thursday
@given(st.integers(0, 400))
def test_it_comes_on_its_days_and_on_no_others(day: int) -> None:
    now = datetime(2025, 12, 1, 20, tzinfo=UTC) + timedelta(days=day)
    (one,) = (r for r in _TANGSEL.collections.rounds if r.code == "besar")
    following = schedule.next_days(one, _TANGSEL.city, now, 3)
    holidays = {holiday.date for holiday in _TANGSEL.city.calendar.holidays}
    local = now.astimezone(_TANGSEL.city.timezone).date()
    assert following == sorted(following) and following[0] >= local
    assert all(one.weekday() == 6 and one not in holidays for one in following)
    skipped = {local + timedelta(days=n) for n in range(1, (following[2] - local).days)}
    assert {d for d in skipped if d.weekday() == 6} - set(following) <= holidays
    assert schedule.last_day(one, _TANGSEL.city, now) in {
        local - timedelta(days=n) for n in range(60)
    }


_TANGSEL = Catalogue.load(Path("infra/city/tangsel"))


def test_every_kelurahan_of_the_example_city_is_served() -> None:
    for area in _TANGSEL.city.areas:
        rounds = _TANGSEL.collections.of(area.code, area.district_code)
        assert {one.code for one in rounds} == {"rumah_tangga", "besar"}
        assert schedule.comes_on(rounds[0], _TANGSEL.city, date(2026, 11, 23)) or (
            schedule.comes_on(rounds[0], _TANGSEL.city, date(2026, 11, 24))
        )


@settings(deadline=None, max_examples=50)
@given(minutes=st.integers(0, 60 * 24 * 60), hour=st.integers(0, 23))
def test_people_are_reminded_from_the_evening_until_it_begins(minutes: int, hour: int) -> None:
    collections, city = replace(_TANGSEL.collections, remind_hour=hour), _TANGSEL.city
    local = datetime(2026, 5, 1, tzinfo=city.timezone) + timedelta(minutes=minutes)
    told = {(one.area, one.day) for one in reminding.coming(collections, city, local)}
    for area in city.areas:
        for day in (local.date() + timedelta(days=ahead) for ahead in range(-1, 4)):
            rounds = collections.of(area.code, area.district_code)
            starts = [one.start for one in rounds if schedule.comes_on(one, city, day)]
            evening = datetime.combine(day - timedelta(days=1), time(hour), city.timezone)
            begins = datetime.combine(day, min(starts, default=time(0)), city.timezone)
            assert ((area.code, day) in told) == (bool(starts) and evening <= local < begins)
