"""The feed: nothing is missed, nothing comes twice, and nobody reads what is not theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.clock import FixedClock
from services.chassis.database import Database
from services.chassis.envelope import Event
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.notify import commands, contract, feed
from tests.integration.calling import Caller
from tests.integration.conftest import Urls

ME = Principal("me", Role.CITIZEN)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
FOREIGN = Principal("foreign", Role.SUPERVISOR, "HALL")


class Feed:
    """notify's feed on a database of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.caller = Caller(database)

    def do(self, act: Callable[[UnitOfWork], Any]) -> Any:
        with self.database.session() as session:
            work = UnitOfWork(session, clock=self.caller.clock)
            done = act(work)
            work.commit()
        return done

    def add(self, audience: str = "public", kind: str = "said", **data: Any) -> str:
        about = data or {"report_id": new_id()}
        self.do(lambda work: feed.add(work, audience, kind, about))
        return str(about["report_id"])

    def advance(self) -> None:
        while self.do(feed.advance):
            pass

    def read(self, by: Principal = GUEST, **asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.caller.ask(
            contract.READ_FEED, lambda work, body: feed.read(work, body), asked, by=by
        )
        return found

    def ids(self, by: Principal = GUEST, **asked: Any) -> list[str]:
        return [item["data"]["report_id"] for item in self.read(by, **asked)["items"]]


@pytest.fixture
def own(make_database: Callable[[str], Urls]) -> Iterator[Feed]:
    database = Database(make_database("notify")[0], size=14, wait_seconds=10)
    yield Feed(database)
    database.close()


def test_whoever_is_new_hears_only_where_it_stands(own: Feed) -> None:
    assert own.read() == {"items": [], "head": 0, "more": False, "reset": False}
    own.add()
    own.advance()
    assert own.read() == {"items": [], "head": 1, "more": False, "reset": False}


def test_pages_go_on_where_they_ended(own: Feed) -> None:
    said = [own.add() for _ in range(5)]
    own.advance()
    first = own.read(after=0, limit=3)
    assert first["more"] and first["head"] == 5
    second = own.read(after=first["items"][-1]["position"], limit=3)
    assert not second["more"]
    heard = [item["data"]["report_id"] for item in (*first["items"], *second["items"])]
    assert heard == said
    assert own.read(after=5)["items"] == []


def test_everybody_reads_what_is_theirs(own: Feed) -> None:
    said = {who: own.add(who) for who in ("public", "person:me", "person:you", "agency:ROADS")}
    own.advance()
    public = said["public"]
    assert own.ids(GUEST, after=0) == [public]
    assert own.ids(ME, after=0) == [public, said["person:me"]]
    assert own.ids(OFFICER, after=0) == [public, said["agency:ROADS"]]
    assert own.ids(FOREIGN, after=0) == [public]


def test_the_event_says_the_same(own: Feed) -> None:
    said = [own.add(), own.add("person:me")]
    own.advance()
    rows = own.caller.rows("SELECT body::json AS body, type FROM chassis.outbox ORDER BY id")
    assert [row["type"] for row in rows] == [contract.FEED_ADVANCED.type]
    entries = rows[0]["body"]["data"]["entries"]
    assert [entry["data"]["report_id"] for entry in entries] == said
    assert [entry["audience"] for entry in entries] == ["public", "person:me"]
    items = own.read(ME, after=0)["items"]
    assert [item["position"] for item in items] == [entry["position"] for entry in entries]


def test_long_lines_are_taken_in_batches(own: Feed) -> None:
    said = [own.add() for _ in range(230)]
    own.advance()
    rows = own.caller.rows("SELECT json_array_length(body::json->'data'->'entries') AS n"
                           " FROM chassis.outbox ORDER BY id")  # fmt: skip
    assert [row["n"] for row in rows] == [50, 50, 50, 50, 30]
    assert own.ids(after=0) + own.ids(after=100) + own.ids(after=200) == said


def test_old_entries_are_forgotten_and_that_is_told(own: Feed) -> None:
    old = own.add()
    own.advance()
    own.caller.clock.move(feed.KEPT + timedelta(seconds=1))
    kept = own.add()
    own.advance()
    own.do(feed.forget)
    found = own.read(after=0)
    assert found["reset"] and [i["data"]["report_id"] for i in found["items"]] == [kept]
    assert not own.read(after=1)["reset"] and old not in own.ids(after=1)


def test_an_emptied_feed_keeps_its_place(own: Feed) -> None:
    own.add()
    own.advance()
    own.caller.clock.move(feed.KEPT + timedelta(seconds=1))
    assert own.do(feed.forget) and not own.do(feed.forget)
    assert own.read() == {"items": [], "head": 1, "more": False, "reset": False}
    assert not own.read(after=1)["reset"] and own.read(after=0)["reset"]


def test_a_position_that_never_was(own: Feed) -> None:
    own.add()
    own.advance()
    found = own.read(after=99)
    assert found["reset"] and found["items"] == [] and found["head"] == 1


def slow_addition(work: UnitOfWork) -> str:
    """An entry whose transaction ends some time after it was written."""
    entry = new_id()
    feed.add(work, "public", "said", {"report_id": entry})
    work.first("SELECT pg_sleep(random() * 0.004)")
    return entry


def follow(own: Feed, done: threading.Event) -> list[str]:
    """Read by position until nothing more can come."""
    heard: list[str] = []
    after = 0
    while True:
        was_done = done.is_set()
        items = own.read(after=after, limit=7)["items"]
        heard.extend(item["data"]["report_id"] for item in items)
        after = items[-1]["position"] if items else after
        if was_done and not items:
            return heard


def test_nothing_is_missed_beside_many_writers(own: Feed) -> None:
    """Eight write in transactions that end late, three move, one reads by position."""
    done = threading.Event()

    def move() -> None:
        while not done.is_set():
            own.do(feed.advance)

    with ThreadPoolExecutor(12) as pool:
        movers = [pool.submit(move) for _ in range(3)]
        follower = pool.submit(follow, own, done)
        written = list(pool.map(lambda _: own.do(slow_addition), range(400)))
        own.advance()
        done.set()
        for mover in movers:
            mover.result()
        heard = follower.result()
    assert sorted(heard) == sorted(written)


def test_the_clock_is_the_entrys_own(own: Feed) -> None:
    own.caller.clock = FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    own.add()
    own.advance()
    assert own.read(after=0)["items"][0]["at"].startswith("2026-06-01T12:00:00")


def test_incidents_are_everybodys_in_their_order(own: Feed) -> None:
    incident = new_id()
    told = {
        "incident_id": incident, "reports": 1, "category": "kemacetan", "category_name": {},
        "area": None, "agency": "DISHUB", "state": "live", "severity": "minor",
    }  # fmt: skip
    for version, event_type in enumerate(contract.TELL_INCIDENTS.events, 1):
        event = Event(new_id(), event_type.type, incident, version, own.caller.clock.now(), told)
        own.do(lambda work, event=event: commands.tell_incident(work, event))  # type: ignore[misc]
    own.advance()
    items = own.read(GUEST, after=0)["items"]
    assert [item["type"] for item in items] == [
        "incident.opened", "incident.changed", "incident.ended",
    ]  # fmt: skip
    assert all(item["data"] == told for item in items)
