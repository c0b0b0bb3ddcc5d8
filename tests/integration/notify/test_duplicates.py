"""Those with a duplicate hear how the original goes on: of every step while it is one, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis import envelope, jsontext
from services.chassis.contract import EventType, Subscription
from services.chassis.database import Database
from services.chassis.deliveries import Deliveries
from services.chassis.ids import new_id
from services.chassis.inbox import Delivery
from services.notify import commands, contract, duplicates, forgetting
from services.notify.mail_contract import FORGET_REPORTERS
from services.notify.wording import Wording
from services.reports.contract import (
    ACTIONS,
    FOLLOWER_CHANGED,
    LINKS,
    ORIGINAL_CHANGED,
    REPORTER_FORGOTTEN,
    reporter_digest,
)
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.unit.city.tiny import write_pack

ORIGINAL, FIRST, SECOND = new_id(), new_id(), new_id()
REPORTERS = {ORIGINAL: "owner", FIRST: "anna", SECOND: None}


def announced(report_id: str) -> dict[str, Any]:
    return {
        "report_id": report_id, "number": f"LP-{report_id[-3:]}", "category": "pothole",
        "category_name": {"id": "Lubang", "en": "Pothole"}, "area": "99.01.01.1001",
        "agency": "ROADS", "visibility": "public", "reporter": REPORTERS[report_id],
    }  # fmt: skip


class Notify:
    """notify, as events reach it."""

    def __init__(self, caller: Caller, wording: Wording) -> None:
        self.caller, self.wording = caller, wording
        self._deliveries = Deliveries(
            caller.database, caller.clock, first_delay=timedelta(0), max_tries=3
        )
        self._version = 1

    def hear(self, kind: EventType, by: Subscription, about: str, data: dict[str, Any]) -> Delivery:
        """An event reaches a handler."""
        self._version += 1
        sealed = envelope.seal(kind, about, self._version, data, at=self.caller.clock.now())
        text = jsontext.dumps(sealed)
        event = envelope.open_envelope(text, {kind.type: kind})
        delivery = Delivery(event, by, text)
        self.deliver(delivery)
        return delivery

    def deliver(self, delivery: Delivery) -> str:
        """Hand it to its handler; the outcome."""
        handlers: dict[str, Any] = {
            "tell_duplicates": lambda w, e: duplicates.tell_duplicates(
                w, e, self.wording, by_mail=True
            ),
            "tell_people": lambda w, e: commands.tell_people(w, e, self.wording),
            "keep_followers": commands.keep_followers,
            FORGET_REPORTERS.handler: forgetting.forget_reporter,
        }
        handler = handlers[delivery.subscription.handler]
        return self._deliveries.deliver(delivery, handler)[0]

    def link(self, report_id: str, name: str = "link", version: int = 2) -> Delivery:
        """A report becomes a duplicate, or is none any more."""
        more = {"duplicate": announced(report_id), "duplicate_version": version}
        data = self._changed(ORIGINAL, "assigned") | more
        return self.hear(LINKS[name], contract.TELL_DUPLICATES, ORIGINAL, data)

    def move(self, action: str, **more: Any) -> Delivery:
        """Something happens to the original."""
        happened = ACTIONS[action].event.name
        data = self._changed(ORIGINAL, "assigned") | {"happened": happened} | more
        return self.hear(ORIGINAL_CHANGED, contract.TELL_DUPLICATES, ORIGINAL, data)

    def hide(self, report_id: str) -> None:
        """The public sees a report no more."""
        data = self._changed(report_id, "duplicate") | {"visibility": "secret"}
        self.hear(ACTIONS["hide"].event, contract.TELL_PEOPLE, report_id, data)

    def follow(self, report_id: str, person: str) -> None:
        """Somebody follows a report."""
        told = {"report_id": report_id, "person": person, "following": True, "serial": 1}
        self.hear(FOLLOWER_CHANGED, contract.KEEP_FOLLOWERS, report_id, told)

    def forget(self, report_id: str, account: str) -> None:
        """Who reported is to be forgotten."""
        who = {"digest": reporter_digest(report_id, account), "serial": 9, "reporter": None}
        data = self._changed(report_id, "duplicate") | who
        self.hear(REPORTER_FORGOTTEN, FORGET_REPORTERS, report_id, data)

    def told(self) -> list[tuple[str, str]]:
        """(recipient, title) of all that was written, in order."""
        rows = self.caller.rows(
            "SELECT recipient, title->>'en' AS title FROM notification ORDER BY id"
        )
        return [(row["recipient"], row["title"]) for row in rows]

    def mailed(self) -> list[tuple[str, str]]:
        """(recipient, which report the message is about)."""
        rows = self.caller.rows("SELECT recipient, subject::text FROM mail ORDER BY id")
        return [(row["recipient"], row["subject"]) for row in rows]

    def _changed(self, report_id: str, state: str) -> dict[str, Any]:
        who = {"by_staff": True, "actor": "officer", "officer": None}
        return announced(report_id) | who | {"state": state}


@pytest.fixture
def notify(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Notify]:
    database = Database(make_database("notify")[0], size=2)
    yield Notify(Caller(database), Wording.load(write_pack(tmp_path / "tiny")))
    database.close()


def test_every_step_while_it_is_a_duplicate(notify: Notify) -> None:
    notify.follow(FIRST, "budi")
    notify.follow(ORIGINAL, "citra")
    notify.follow(FIRST, "citra")
    notify.move("assign")
    assert notify.told() == []
    notify.link(FIRST)
    notify.link(SECOND)
    notify.move("start")
    number = announced(FIRST)["number"]
    steps = [("person:anna", f"report.started {number}"), ("person:budi",
             f"report.started {number}")]  # fmt: skip
    assert notify.told() == steps
    # a guest is written to about the report whose number and code the guest has
    assert notify.mailed() == [
        ("person:anna", FIRST), ("person:budi", FIRST), (f"guest:{SECOND}", SECOND)
    ]  # fmt: skip
    notify.link(FIRST, "unlink", version=3)
    notify.move("resolve")
    assert notify.told() == steps and len(notify.mailed()) == 4


def test_twice_is_once_and_what_is_older_does_not_win(notify: Notify) -> None:
    linked = notify.link(FIRST, version=4)
    assert notify.deliver(linked) == "duplicate"
    notify.link(FIRST, "unlink", version=3)
    step = notify.move("start")
    assert notify.deliver(step) == "duplicate"
    assert [recipient for recipient, _ in notify.told()] == ["person:anna"]
    notify.link(FIRST, "unlink", version=5)
    notify.link(FIRST, version=6)
    notify.move("resolve")
    assert len(notify.told()) == 2


def test_what_was_hidden_is_followed_by_nobody(notify: Notify) -> None:
    notify.follow(FIRST, "budi")
    notify.link(FIRST)
    notify.hide(FIRST)
    before = notify.told()
    notify.move("resolve")
    assert [recipient for recipient, _ in notify.told()[len(before) :]] == ["person:anna"]
    notify.move("close", visibility="secret")
    assert [recipient for recipient, _ in notify.told()[len(before) :]] == ["person:anna"] * 2


def test_who_is_forgotten_is_no_longer_kept(notify: Notify) -> None:
    notify.link(FIRST)
    notify.forget(FIRST, "anna")
    notify.link(FIRST, "unlink", version=3)
    # on its way since before
    notify.link(FIRST, version=4)
    before = notify.told()
    notify.move("resolve")
    assert notify.told() == before
    kept = notify.caller.rows("SELECT told FROM duplicate")
    assert [row["told"]["reporter"] for row in kept] == [None]


def test_the_order_is_the_originals(notify: Notify) -> None:
    """A link that fails holds back what happens after it, so nobody misses a step."""
    assert contract.TELL_DUPLICATES.ordered
    assert {*LINKS.values(), ORIGINAL_CHANGED} == set(contract.TELL_DUPLICATES.events)
