"""Topics: what a report belongs to is what can be followed, and when digests are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.kota.city import examine
from services.chassis.errors import Invalid
from services.notify import topics
from services.notify.subscription_city import Rules, load_rules
from services.notify.topics import Topic
from services.notify.wording import Wording
from services.reports.contract import PLACE_KINDS
from tests.unit.city.tiny import write_pack

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_a_report_belongs_to_its_area_its_category_and_both() -> None:
    report = {"area": "36.74.01.1001", "category": "sampah"}
    asked = [
        {"area": area, "category": category}
        for area in ("36.74.01.1001", "36.74.01", None)
        for category in ("sampah", None)
    ]
    found = [topic.key for one in asked if (topic := topics.asked(one)) is not None]
    assert sorted(topics.of_report(report)) == sorted(found)
    assert topics.of_report(report | {"area": None}) == ["category:sampah"]


def test_reports_knows_the_things_that_can_be_followed() -> None:
    assert topics.THINGS == PLACE_KINDS


def test_several_topics_are_none() -> None:
    assert topics.asked({"incident": "1", "site": "2"}) is None
    assert topics.asked({"incident": "1", "area": "2", "category": "3"}) is None


@pytest.mark.parametrize(
    "asked",
    [{"area": "36.74"}, {"category": "x"}, {"area": "1", "category": "y"}, {"incident": "z"}],
)
def test_a_topic_comes_back_from_how_it_is_kept(asked: dict[str, str]) -> None:
    topic = topics.asked(asked)
    assert topic is not None and topics.of_key(topic.key) == topic and topic.fields == asked


@given(seconds=st.integers(0, 10**9), hour=st.integers(0, 23))
def test_the_last_digest_was_at_its_hour_within_a_day(seconds: int, hour: int) -> None:
    local = datetime(2026, 1, 1, tzinfo=JAKARTA) + timedelta(seconds=seconds)
    due = Rules(digest_hour=hour).last_digest(local)
    assert due <= local < due + timedelta(days=1)
    assert (due.hour, due.minute, due.second) == (hour, 0, 0)


def test_a_pack_may_lack_the_file_and_its_mistakes_are_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    assert load_rules(pack) == Rules() and not examine(pack)[0]
    numbers = "digest_hour: 24\nmost_subscriptions: 5\nmost_a_day: 0\nmost_confirmations: 3\n"
    (pack / "subscriptions.yaml").write_text(numbers)
    problems, _ = examine(pack)
    assert [problem.line for problem in problems] == [1, 3]


def test_topics_have_names_and_foreign_ones_are_refused(tmp_path: Path) -> None:
    wording = Wording.load(write_pack(tmp_path))
    code = next(iter(wording.city.areas)).code
    wording.check(Topic(topics.AREA, code))
    for wrong in (
        Topic(topics.AREA, "36"),
        Topic(topics.BOTH, f"{code}/no"),
        Topic("category", ""),
    ):
        with pytest.raises(Invalid):
            wording.check(wrong)
    assert wording.topic_name(Topic(topics.AREA, "99.99")).data() == {"id": "99.99", "en": "99.99"}
