"""Who reported is forgotten, in whichever order events come; who follows is still told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from services.chassis.database import Database
from services.chassis.envelope import Event
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify import commands, feed, forgetting
from services.notify.wording import Wording
from services.reports.contract import ACTIONS, REPORTER_FORGOTTEN, SUBMITTED, reporter_digest
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.traces import traces
from tests.unit.city.tiny import write_pack

REPORT, REPORTER, FOLLOWER = new_id(), new_id(), new_id()
ABOUT = {
    "report_id": REPORT, "number": "LP-2026-0000001-1", "category": "pothole",
    "category_name": {"id": "Lubang", "en": "Pothole"}, "area": None, "agency": "ROADS",
    "visibility": "public", "reporter": REPORTER,
}  # fmt: skip
DONE = {"state": "verified", "by_staff": True, "actor": "officer", "officer": None}


class Notify:
    """The handlers, on an empty database."""

    def __init__(self, database: Database, wording: Wording) -> None:
        self.caller, self.wording = Caller(database), wording

    def hear(self, handler: Callable[[UnitOfWork, Event], None], event: Event) -> None:
        with self.caller.database.session() as session:
            work = UnitOfWork(session, clock=self.caller.clock)
            handler(work, event)
            work.commit()

    def tell(self, type_: str, data: dict[str, Any]) -> None:
        self.hear(
            lambda work, event: commands.tell_people(work, event, self.wording, by_mail=True),
            said(type_, data),
        )

    def submitted(self) -> None:
        self.tell(SUBMITTED.type, ABOUT)

    def verified(self, reporter: str | None = REPORTER) -> None:
        self.tell(ACTIONS["verify"].event.type, ABOUT | DONE | {"reporter": reporter})

    def follow(self, person: str, serial: int) -> None:
        told = {"report_id": REPORT, "person": person, "following": True, "serial": serial}
        self.hear(commands.keep_followers, said("follower", told))

    def forget(self, digest: str | None = None, serial: int = 5) -> None:
        told = {"report_id": REPORT, "digest": digest, "serial": serial}
        self.hear(forgetting.forget_reporter, said(REPORTER_FORGOTTEN.type, told))

    def recipients(self) -> list[str]:
        rows = self.caller.rows("SELECT recipient FROM notification ORDER BY id")
        return [row["recipient"] for row in rows if row["recipient"].startswith("person:")]


def said(type_: str, data: dict[str, Any]) -> Event:
    return Event(new_id(), type_, REPORT, 1, datetime(2026, 6, 1, tzinfo=UTC), data)


TABLES = ("notification", "mail", "follower", "follower_heard", "feed_incoming",
          "reporter_forgotten")  # fmt: skip
DIGEST = reporter_digest(REPORT, REPORTER)


def advance(work: UnitOfWork, event: Event) -> None:
    feed.advance(work)


@pytest.fixture
def notify(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Notify]:
    database = Database(make_database("notify")[0], size=2)
    yield Notify(database, Wording.load(write_pack(tmp_path / "tiny")))
    database.close()


def test_no_trace_is_left(notify: Notify) -> None:
    notify.submitted()
    notify.hear(advance, said("x", {}))
    notify.follow(REPORTER, 1)
    notify.follow(FOLLOWER, 2)
    notify.verified()
    notify.caller.rows(
        "INSERT INTO mail_attempt (mail_id, n, started_at, reply)"
        " SELECT id, 1, now(), '250 kenari@example.org' FROM mail WHERE recipient = %(who)s",
        {"who": f"person:{REPORTER}"},
    )
    before = traces(notify.caller, REPORTER)
    assert {"public.notification.recipient", "public.mail.recipient", "public.follower.person",
            "public.feed.audience", "public.feed_incoming.audience"} <= before  # fmt: skip
    notify.caller.rows("DELETE FROM chassis.outbox")  # what was announced is on its way
    notify.forget(DIGEST)
    assert traces(notify.caller, REPORTER) == set()
    assert traces(notify.caller, "kenari@example.org") == set()
    states = notify.caller.rows("SELECT state, reason FROM mail WHERE recipient = 'removed'")
    assert {(row["state"], row["reason"]) for row in states} == {("skipped", "forgotten")}
    assert notify.recipients() == [f"person:{FOLLOWER}"]
    notify.verified(reporter=None)
    assert notify.recipients() == [f"person:{FOLLOWER}"] * 2


def test_in_whichever_order_it_is_heard(notify: Notify) -> None:
    steps = (
        notify.submitted,
        lambda: notify.follow(REPORTER, 3),
        notify.verified,
        lambda: notify.forget(DIGEST),
    )
    for order in permutations(range(4)):
        for number in order:
            steps[number]()
        assert traces(notify.caller, REPORTER) == set(), order
        notify.verified()
        assert notify.recipients() == [] and traces(notify.caller, REPORTER) == set(), order
        for table in TABLES:
            notify.caller.rows(f"DELETE FROM {table}")


def test_whoever_follows_again_is_told_as_others_are(notify: Notify) -> None:
    notify.submitted()
    notify.forget(DIGEST)
    notify.follow(REPORTER, 6)
    notify.verified(reporter=None)
    assert notify.recipients() == [f"person:{REPORTER}"]


def test_a_guest_gets_no_more_letters(notify: Notify) -> None:
    notify.tell(SUBMITTED.type, ABOUT | {"reporter": None})
    notify.caller.rows(
        "INSERT INTO contact (recipient, email, language, fetched_at)"
        " VALUES (%(who)s, 'tamu@example.org', 'id', now())", {"who": f"guest:{REPORT}"},
    )  # fmt: skip
    notify.forget()
    assert traces(notify.caller, "tamu@example.org") == set()
    states = notify.caller.rows("SELECT recipient, state FROM mail")
    assert states == [{"recipient": "removed", "state": "skipped"}]


def test_events_that_wait_name_nobody_afterwards(notify: Notify) -> None:
    notify.submitted()
    notify.caller.rows(
        "INSERT INTO chassis.inbox (event_id, handler, type, subject, version, state, envelope)"
        " VALUES (%(id)s, 'tell_people', 't', %(report)s, 2, 'parked', %(text)s)",
        {"id": new_id(), "report": REPORT, "text": f'{{"reporter":"{REPORTER}"}}'},
    )
    notify.forget(DIGEST)
    assert traces(notify.caller, REPORTER) == set()
