"""Who follows an incident or a site is told what becomes of it, also after it went into another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.chassis import envelope, jsontext
from services.chassis.call import Call
from services.chassis.contract import EventType
from services.chassis.database import Database
from services.chassis.errors import Invalid
from services.chassis.ids import new_id
from services.chassis.inbox import Delivery
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.notify import commands, contract, following_things, repository, subscriptions
from services.notify.topics import INCIDENT, SITE
from services.reports.contract import SITE_EVENTS
from services.reports.incidents import contract as incidents
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.notify.town import KELURAHAN, TANGSEL, Town
from tests.waiting import eventually

AT = "2026-06-01T03:00:00+00:00"
OF_INCIDENTS = {one.name.partition(".")[2]: one for one in incidents.INCIDENT_EVENTS}


class Place:
    """An incident or a site of the town, as reports tells of it."""

    def __init__(self, town: Town, kind: str) -> None:
        self.town, self.kind, self.id, self.version = town, kind, new_id(), 0
        self.facts: dict[str, Any] = {
            "category": "sampah" if kind == SITE else "kemacetan", "area": KELURAHAN,
            "agency": "DLH", "state": "open" if kind == SITE else "live", "reports": 1,
            "merged_into": None,
        }  # fmt: skip
        if kind == INCIDENT:
            self.facts |= {
                "category_name": {"id": "Macet", "en": "Jam"}, "severity": "minor", "lat": -6.3,
                "long": 106.7, "direction": None, "cause": None, "began_at": AT,
                "expires_at": AT, "updated_at": AT, "ended_by": None,
            }  # fmt: skip
        else:
            self.facts |= {"recurrences": 0}
        self.becomes("opened")

    def event(self, happened: str, **changed: Any) -> Delivery:
        """It becomes something; the event, which has not arrived yet."""
        extra = {name: changed.pop(name) for name in ("split_from",) if name in changed}
        self.facts |= changed
        self.version += 1
        self.town.public[self.id] = self.facts | {"id": self.id, "version": self.version}
        kind: EventType = (SITE_EVENTS if self.kind == SITE else OF_INCIDENTS)[happened]
        data = self.facts | {f"{self.kind}_id": self.id} | extra
        sealed = envelope.seal(kind, self.id, self.version, data, at=self.town.caller.clock.now())
        text = jsontext.dumps(sealed)
        heard_by = contract.TELL_OF_SITES if self.kind == SITE else contract.TELL_INCIDENTS
        return Delivery(envelope.open_envelope(text, {kind.type: kind}), heard_by, text)

    def becomes(self, happened: str, **changed: Any) -> None:
        """The same, and it is heard of."""
        self.town.hear_of_things(self.event(happened, **changed))
        self.town.spread()


@pytest.fixture
def town(make_database: Callable[[str], Urls]) -> Iterator[Town]:
    database = Database(make_database("notify")[0], size=4)
    yield Town(Caller(database))
    database.close()


def titles(town: Town, person: str) -> list[str]:
    return [told.partition("\n")[0] for told in town.told(person)]


def test_an_incident_from_its_first_change_to_its_end(town: Town) -> None:
    jam = Place(town, INCIDENT)
    followed = town.follow("me", incident=jam.id)
    assert (followed["incident"], followed["site"]) == (jam.id, None)
    assert followed["name"] == "Gangguan: Kemacetan di Ciater"
    jam.becomes("changed", reports=2)
    jam.becomes("changed", reports=3)
    jam.becomes("changed", severity="major")
    jam.becomes("ended", state="ended", ended_by="expired")
    assert titles(town, "me") == [
        "Jam in Ciater: minor (reports: 2)",
        "Jam in Ciater: major (reports: 3)",
        "It is over: Jam in Ciater",
    ]
    rows = town.caller.rows("SELECT DISTINCT report_id, path FROM notification")
    assert rows == [{"report_id": None, "path": f"/v1/incidents/{jam.id}"}]


def test_a_site_is_cleaned_enforced_and_comes_back(town: Town) -> None:
    site = Place(town, SITE)
    town.follow("me", site=site.id)
    town.follow("daily", site=site.id, rhythm="daily")
    site.becomes("reported", reports=2)
    site.becomes("cleaned", state="cleaned")
    site.becomes("enforced")
    site.becomes("closed", state="closed")
    site.becomes("recurred", state="open", recurrences=1)
    expected = [
        "Clean again: Garbage pile in Ciater",
        "Somebody answered for it: Garbage pile in Ciater",
        "Nothing more to be done: Garbage pile in Ciater",
        "It came back: Garbage pile in Ciater",
    ]
    assert titles(town, "me") == expected and town.told("daily") == []
    town.next_morning()
    (digest,) = town.told("daily")
    assert [line for line in digest.splitlines() if line in expected] == expected


@pytest.mark.parametrize(
    ("kind", "over", "merged", "then", "said"),
    [
        (INCIDENT, {"state": "ended", "ended_by": "merged"}, "ended",
         ("changed", {"severity": "major"}), "Jam in Ciater: major (reports: 1)"),
        (SITE, {"reports": 0}, "merged",
         ("cleaned", {"state": "cleaned"}), "Clean again: Garbage pile in Ciater"),
    ],
)  # fmt: skip
def test_who_follows_what_was_merged_follows_what_goes_on(
    town: Town, kind: str, over: dict[str, Any], merged: str, then: Any, said: str
) -> None:
    """Also through several, in whichever order that is heard of, and each is told once."""
    one, two, three = (Place(town, kind) for _ in range(3))
    town.follow("me", **{kind: one.id})
    town.follow("both", **{kind: one.id})
    town.follow("both", **{kind: three.id})
    first = one.event(merged, **over, merged_into=two.id)
    second = two.event(merged, **over, merged_into=three.id)
    town.hear_of_things(second, first)
    town.spread()
    three.becomes(then[0], **then[1])
    assert len(titles(town, "me")) == 2 and titles(town, "me")[-1] == said
    assert titles(town, "both") == titles(town, "me")
    (path,) = town.caller.rows("SELECT DISTINCT path FROM topic_news WHERE key LIKE '%%merged%%'")
    assert path["path"] == f"/v1/{kind}s/{three.id}"


def test_who_follows_what_was_split_is_told_and_stays(town: Town) -> None:
    jam = Place(town, INCIDENT)
    town.follow("me", incident=jam.id)
    part = Place.__new__(Place)
    part.__dict__ |= Place(town, INCIDENT).__dict__ | {"id": new_id(), "version": 0}
    part.becomes("opened", split_from=jam.id)
    part.becomes("changed", severity="major")
    jam.becomes("changed", severity="moderate")
    assert titles(town, "me") == [
        "Some of it is an incident of its own: Jam in Ciater",
        "Jam in Ciater: moderate (reports: 1)",
    ]


def test_nothing_is_missed_between_looking_and_following(town: Town) -> None:
    """Reports knows more than was heard: later events are told, and what was seen is no news."""
    jam = Place(town, INCIDENT)
    before = jam.event("changed", severity="moderate")
    town.follow("first", incident=jam.id)
    late = jam.event("changed", severity="major")
    town.follow("second", incident=jam.id)
    town.hear_of_things(before, late)
    town.spread()
    assert titles(town, "first")[-1] == titles(town, "second")[-1]
    assert titles(town, "first")[-1] == "Jam in Ciater: major (reports: 1)"


WAITING = """
SELECT count(*) AS count FROM pg_stat_clear_snapshot(), pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def is_waiting(town: Town) -> bool:
    return bool(town.caller.rows(WAITING)[0]["count"])


def test_who_begins_to_follow_while_it_ends_is_told(town: Town) -> None:
    """Whoever hears of the end waits for the follower, and sees them."""
    jam = Place(town, INCIDENT)
    end = jam.event("ended", state="live")
    me = Call(Principal("me", Role.CITIZEN))
    with ThreadPoolExecutor(1) as pool, town.caller.database.session() as session:
        work = UnitOfWork(session, call=me, clock=town.caller.clock)
        body = {"incident": jam.id, "rhythm": "at_once"}
        subscriptions.follow(work, body, TANGSEL, town.look)
        end.event.data["state"] = "ended"
        heard = pool.submit(town.hear_of_things, end)
        eventually(lambda: is_waiting(town), what="the one who hears waits")
        work.commit()
        heard.result()
    town.spread()
    assert titles(town, "me") == ["It is over: Jam in Ciater"]


def test_who_comes_while_it_ends_is_refused(town: Town) -> None:
    """Reports still said that it lives; whoever would follow waits for what is being heard."""
    jam = Place(town, INCIDENT)
    end = jam.event("ended", state="live")
    end.event.data["state"] = "ended"
    with ThreadPoolExecutor(1) as pool, town.work() as work:
        commands.tell_incident(work, end.event)
        follows = pool.submit(town.follow, "me", incident=jam.id)
        eventually(lambda: is_waiting(town), what="the follower waits")
        work.commit()
        with pytest.raises(Invalid) as refused:
            follows.result()
    assert refused.value.errors[0].code == "incident_over"


def test_what_was_never_heard_of_is_known_from_reports(town: Town) -> None:
    """As sites of before, and synthetic ones."""
    site = Place(town, SITE)
    unheard = Place(town, SITE)
    unheard.id = new_id()
    unheard.event("changed")
    town.follow("me", site=unheard.id)
    town.follow("me", site=site.id)
    unheard.becomes("cleaned", state="cleaned")
    assert titles(town, "me") == ["Clean again: Garbage pile in Ciater"]


def test_what_nobody_may_see_or_is_over_cannot_be_followed(town: Town) -> None:
    jam = Place(town, INCIDENT)
    with pytest.raises(Invalid) as unknown:
        town.follow("me", incident=new_id())
    with pytest.raises(Invalid) as several:
        town.follow("me", incident=jam.id, area=KELURAHAN)
    jam.event("ended", state="ended", ended_by="expired")
    with pytest.raises(Invalid) as over:
        town.follow("me", incident=jam.id)
    codes = [one.value.errors[0].code for one in (unknown, several, over)]
    assert codes == ["unknown_incident", "no_topic", "incident_over"]
    assert town.followed("me") == []


def test_what_went_into_another_means_that_one(town: Town) -> None:
    one, two = Place(town, INCIDENT), Place(town, INCIDENT)
    one.becomes("ended", state="ended", ended_by="merged", merged_into=two.id)
    assert town.follow("me", incident=one.id)["incident"] == two.id


def test_a_hidden_first_report_hides_no_incident(town: Town) -> None:
    """Both have one id."""
    jam = Place(town, INCIDENT)
    town.follow("me", incident=jam.id)
    with town.work() as work:
        repository.keep_hidden(work, jam.id, 2, is_hidden=True)
        work.commit()
    jam.becomes("changed", severity="major")
    assert len(titles(town, "me")) == 1


def test_what_is_over_is_followed_no_more_and_forgotten(town: Town) -> None:
    jam, part, site = (Place(town, kind) for kind in (INCIDENT, INCIDENT, SITE))
    for kind, place in ((INCIDENT, jam), (INCIDENT, part), (SITE, site)):
        town.follow("me", **{kind: place.id})
    part.becomes("ended", state="ended", ended_by="merged", merged_into=jam.id)
    forget_after(town, timedelta(days=3))
    assert len(town.followed("me")) == 3
    jam.becomes("ended", state="ended", ended_by="expired")
    forget_after(town, timedelta(days=1))
    assert len(town.followed("me")) == 3
    forget_after(town, timedelta(days=2))
    assert [one["site"] for one in town.followed("me")] == [site.id]


def forget_after(town: Town, rest: timedelta) -> None:
    town.caller.clock.move(rest)
    while town.step(following_things.forget):
        pass


def test_by_mail_with_a_link_to_it(town: Town) -> None:
    site = Place(town, SITE)
    asked = town.ask_by_mail("ya@example.org", site=site.id)
    assert asked["name"] == "Site: Garbage pile in Ciater"
    town.confirm_all()
    site.becomes("cleaned", state="cleaned")
    (mail,) = town.caller.rows("SELECT path FROM mail WHERE kind = 'topic'")
    assert mail["path"] == f"/v1/sites/{site.id}"
