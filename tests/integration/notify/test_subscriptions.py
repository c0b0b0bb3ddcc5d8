"""Who follows a topic is told each public change there once, and nothing after they ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.database import Database
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.ids import new_id
from services.notify import digests, repository, spreading, subscriptions, topics
from services.notify.mail.links import Purpose
from services.notify.topics import RHYTHMS
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.notify.test_courier import LINKS
from tests.integration.notify.town import (
    ELSEWHERE,
    KECAMATAN,
    KELURAHAN,
    TANGSEL,
    Killed,
    Town,
)

FORGET_ALL = """
TRUNCATE subscription, subscriber, topic_news, told_today, digest_item, notification, thing,
  feed_incoming, mail CASCADE"""


@pytest.fixture
def town(make_database: Callable[[str], Urls]) -> Iterator[Town]:
    app, owner = make_database("notify")
    database = Database(app, size=4)
    found = Town(Caller(database))
    found.owner = Database(owner, size=1)  # type: ignore[attr-defined]
    yield found
    database.close()
    found.owner.close()  # type: ignore[attr-defined]


def forget_all(town: Town) -> None:
    with town.owner.session() as session:  # type: ignore[attr-defined]
        session.execute(FORGET_ALL)


def number(delivery: Any) -> str:
    return str(delivery.event.data["number"])


AREAS = st.sampled_from([KELURAHAN, ELSEWHERE, None])
CATEGORIES = st.sampled_from(["sampah", "banjir"])
REPORTS = st.lists(
    st.tuples(AREAS, CATEGORIES, st.sampled_from(["public", "anonymous", "secret"])), max_size=6
)
TOPICS = st.fixed_dictionaries(
    {"rhythm": st.sampled_from(RHYTHMS)},
    optional={"area": st.sampled_from([KELURAHAN, KECAMATAN]), "category": CATEGORIES},
).filter(lambda asked: len(asked) > 1)
FOLLOWED = st.lists(st.lists(TOPICS, max_size=3), min_size=1, max_size=4)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), followed=FOLLOWED, reports=REPORTS)
def test_each_change_is_told_once_whatever_happens(
    town: Town, monkeypatch: pytest.MonkeyPatch, data: Any, followed: Any, reports: Any
) -> None:
    """Events in any order and repeated, processes killed in any step, at once and in digests."""
    forget_all(town)
    monkeypatch.setattr(spreading, "PAGE", 2)
    monkeypatch.setattr(digests, "RECIPIENTS", 1)
    people = {f"p{n}": asked for n, asked in enumerate(followed)}
    for person, asked in people.items():
        for one in asked:
            town.follow(person, **one)
    made = [
        town.report(area=area, category=category, visibility=visibility)
        for area, category, visibility in reports
    ]
    arriving = data.draw(st.permutations(made * 2))
    kills = data.draw(st.lists(st.booleans(), max_size=12))
    for delivery in arriving:
        town.hear(delivery)
        disturbed(town, lambda work: spreading.spread(work, TANGSEL), kills)
    town.spread()
    town.caller.clock.move(timedelta(days=1))
    disturbed(town, lambda work: digests.make(work, TANGSEL, LINKS), kills)
    town.make_digests()
    for person, asked in people.items():
        keys = {topic.key for one in asked if (topic := topics.asked(one))}
        for delivery in made:
            report = delivery.event.data
            is_for_them = report["visibility"] != "secret" and keys & {*topics.of_report(report)}
            assert town.times_told(person, number(delivery)) == bool(is_for_them)


def disturbed(town: Town, step: Any, kills: list[bool]) -> None:
    """One step, which may be killed before it commits."""
    try:
        town.step(step, killed=kills.pop() if kills else False)
    except Killed:
        return


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_nothing_is_told_after_it_was_ended(town: Town, rhythm: str) -> None:
    kept = town.follow("me", category="banjir", rhythm=rhythm)
    ended = town.follow("me", area=KECAMATAN, rhythm=rhythm)
    # it happened before, but was not told yet
    late, both = town.report(), town.report(category="banjir")
    town.hear(late, both)
    if rhythm == "daily":
        town.spread()
    town.end("me", ended["id"])
    town.spread()
    town.next_morning()
    assert [town.times_told("me", number(one)) for one in (late, both)] == [0, 1]
    assert [one["id"] for one in town.followed("me")] == [kept["id"]]
    again = town.follow("me", area=KECAMATAN, rhythm=rhythm)
    town.next_morning()
    assert town.times_told("me", number(late)) == 0
    assert again["since"] > kept["since"]


def test_what_is_hidden_meanwhile_is_told_nobody(town: Town) -> None:
    town.follow("at once", area=KECAMATAN)
    town.follow("daily", area=KECAMATAN, rhythm="daily")
    hidden, late = town.report(), town.report()
    town.hear(hidden)
    hide(town, hidden)
    town.spread()
    town.hear(late)
    town.spread()
    hide(town, late)
    town.next_morning()
    assert town.told("daily") == []
    assert town.times_told("at once", number(hidden)) == 0


def hide(town: Town, delivery: Any) -> None:
    with town.work() as work:
        repository.keep_hidden(work, delivery.event.data["report_id"], 2, is_hidden=True)
        work.commit()


def test_whoever_reported_is_told_as_the_reporter(town: Town) -> None:
    me = new_id()
    town.follow(me, area=KELURAHAN)
    town.hear(town.report(reporter=me))
    town.spread()
    (told,) = town.told(me)
    assert "We have received report" in told


def test_much_at_once_becomes_a_digest(town: Town) -> None:
    town.follow("me", area=KECAMATAN)
    most = TANGSEL.rules.most_a_day
    made = [town.report() for _ in range(most + 40)]
    town.hear(*made)
    town.spread()
    assert len(town.told("me")) == most
    town.next_morning()
    digest = town.told("me")[-1]
    assert len(town.told("me")) == most + 1
    assert digest.count("New report") == digests.MOST_LINES and "… and 10 more." in digest
    assert len(digest) < 4_000
    town.hear(town.report())
    town.spread()
    assert len(town.told("me")) == most + 2


def test_a_digest_is_made_at_its_hour(town: Town) -> None:
    """The clock begins at ten in the morning of the city; digests are due at six."""
    town.follow("me", area=KECAMATAN, rhythm="daily")
    town.hear(town.report())
    town.spread()
    for hours, told in ((13, 0), (6, 0), (1, 1), (24, 1)):
        town.caller.clock.move(timedelta(hours=hours))
        town.make_digests()
        assert len(town.told("me")) == told, hours


def test_one_account_follows_so_much_and_no_more(town: Town) -> None:
    codes = [area.code for area in TANGSEL.city.areas][: TANGSEL.rules.most_subscriptions]
    for code in codes:
        first = town.follow("me", area=code)
    assert town.follow("me", area=codes[-1], rhythm="daily")["id"] == first["id"]
    with pytest.raises(Conflict):
        town.follow("me", category="sampah")
    town.end("me", first["id"])
    name = town.follow("me", category="sampah", area=KECAMATAN)["name"]
    assert name == "Penumpukan sampah di Serpong"
    with pytest.raises(NotFound):
        town.end("you", first["id"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "area"), ({"area": "36.74"}, "area"), ({"area": "x'--"}, "area"),
     ({"category": "36.74.01"}, "category"), ({"area": KECAMATAN, "category": "%"}, "category")],
)  # fmt: skip
def test_what_the_city_does_not_have_cannot_be_followed(
    town: Town, asked: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        town.follow("me", **asked)
    assert [error.field for error in refused.value.errors] == [field]
    assert town.followed("me") == []


def test_what_is_over_is_forgotten_with_its_address(town: Town) -> None:
    town.ask_by_mail("ya@example.org", area=KECAMATAN)
    town.confirm_all()
    town.ask_by_mail("tidak@example.org", area=KECAMATAN)
    (row,) = town.caller.rows("SELECT id::text FROM subscription WHERE since IS NOT NULL")

    def addresses_after(rest: timedelta) -> list[str]:
        town.caller.clock.move(rest)
        while town.step(lambda work: subscriptions.forget(work, TANGSEL)):
            pass
        found = town.caller.rows("SELECT email FROM subscriber ORDER BY email")
        return [one["email"] for one in found]

    assert addresses_after(timedelta(hours=47)) == ["tidak@example.org", "ya@example.org"]
    assert addresses_after(timedelta(hours=2)) == ["ya@example.org"]
    town.click(Purpose.UNFOLLOW, f"subscription:{row['id']}")
    assert addresses_after(timedelta(days=29)) == ["ya@example.org"]
    assert addresses_after(timedelta(days=2)) == []
    assert town.caller.rows("SELECT 1 FROM subscription") == []
    # the link still says that it is over
    assert town.click(Purpose.UNFOLLOW, f"subscription:{row['id']}")["done"]
