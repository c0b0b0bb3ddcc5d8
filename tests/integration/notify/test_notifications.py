"""Each person is told once, in their language, and marks as read for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis import envelope, jsontext
from services.chassis.contract import Operation
from services.chassis.database import Database
from services.chassis.deliveries import Deliveries
from services.chassis.errors import Conflict, Malformed, NotFound
from services.chassis.ids import new_id
from services.chassis.inbox import Delivery
from services.chassis.principal import Principal, Role
from services.notify import commands, contract, queries
from services.notify.wording import Wording
from services.reports.contract import SUBMITTED
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.unit.city.tiny import write_pack

ME = Principal("me", Role.CITIZEN)
YOU = Principal("you", Role.CITIZEN)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
COLLEAGUE = Principal("colleague", Role.SUPERVISOR, "ROADS")
FOREIGN = Principal("foreign", Role.OFFICER, "HALL")
AUDITOR = Principal("auditor", Role.AUDITOR)


class Inbox:
    """notify, as events and people meet it."""

    def __init__(self, caller: Caller, wording: Wording) -> None:
        self.caller = caller
        self.wording = wording
        self._deliveries = Deliveries(
            caller.database, caller.clock, first_delay=timedelta(0), max_tries=3
        )

    def announce(self, reporter: str | None = "me", agency: str = "ROADS") -> Delivery:
        """A report came in; the event as it arrives here."""
        data = {
            "report_id": new_id(), "number": "LP-2026-0000001-1", "category": "pothole",
            "category_name": {"id": "Lubang", "en": "Pothole"}, "area": "99.01.01.1001",
            "agency": agency, "visibility": "public", "reporter": reporter,
        }  # fmt: skip
        sealed = envelope.seal(SUBMITTED, data["report_id"], 1, data, at=self.caller.clock.now())  # type: ignore[arg-type]
        text = jsontext.dumps(sealed)
        event = envelope.open_envelope(text, {SUBMITTED.type: SUBMITTED})
        return Delivery(event, contract.TELL_PEOPLE, text)

    def deliver(self, delivery: Delivery) -> str:
        """Hand it to the handler; the outcome."""
        outcome, _ = self._deliveries.deliver(
            delivery, lambda work, event: commands.tell_people(work, event, self.wording)
        )
        return outcome

    def tell(self, reporter: str | None = "me", agency: str = "ROADS") -> str:
        """A report came in and people are told; the report's id."""
        delivery = self.announce(reporter, agency)
        assert self.deliver(delivery) == "done"
        return delivery.event.subject

    def page(self, by: Principal, language: Any = "id", **asked: Any) -> Any:
        """Read a page."""
        return self.caller.ask(
            contract.LIST_NOTIFICATIONS, commands.list_notifications, asked,
            by=by, language=language,
        )  # fmt: skip

    def about(self, by: Principal, **asked: Any) -> list[str]:
        """The reports that the notifications on a page are about."""
        return [item["report_id"] for item in self.page(by, **asked)["items"]]

    def read(self, by: Principal, notification: str) -> Any:
        """Mark one as read."""
        return self.caller.ask(contract.MARK_READ, commands.mark_read, {"id": notification}, by=by)

    def unread(self, by: Principal) -> int:
        """How many are unread."""
        return self._count(contract.UNREAD_COUNT, commands.unread_count, by)

    def read_all(self, by: Principal) -> int:
        """Mark all as read; how many were unread."""
        return self._count(contract.MARK_ALL_READ, commands.mark_all_read, by)

    def _count(self, operation: Operation, command: Any, by: Principal) -> int:
        found: int = self.caller.ask(operation, lambda work, _: command(work), {}, by=by)["count"]
        return found


@pytest.fixture
def inbox(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Inbox]:
    """A service with an empty database."""
    database = Database(make_database("notify")[0], size=4)
    yield Inbox(Caller(database), Wording.load(write_pack(tmp_path / "tiny")))
    database.close()


def test_reporter_and_agency_are_told(inbox: Inbox) -> None:
    told = inbox.tell()
    for who in (ME, OFFICER, COLLEAGUE):
        assert inbox.about(who) == [told]
    for who in (YOU, FOREIGN, AUDITOR):
        assert inbox.about(who) == []


def test_a_guests_report_is_for_the_agency_only(inbox: Inbox) -> None:
    inbox.tell(reporter=None)
    rows = inbox.caller.rows("SELECT recipient FROM notification")
    assert [row["recipient"] for row in rows] == ["agency:ROADS"]


def test_each_reads_in_their_language(inbox: Inbox) -> None:
    inbox.tell()
    said = [inbox.page(ME, language=language)["items"][0] for language in ("id", "en")]
    assert [(one["title"], one["text"]) for one in said] == [
        ("Laporan LP-2026-0000001-1", "Lubang di Satu untuk Dinas Jalan"),
        ("Report LP-2026-0000001-1", "Pothole in Satu for Road Agency"),
    ]
    assert inbox.page(OFFICER)["items"][0]["title"] == "Baru LP-2026-0000001-1"


def test_an_event_that_comes_again_tells_nobody_twice(inbox: Inbox) -> None:
    delivery = inbox.announce()
    assert [inbox.deliver(delivery) for _ in range(3)] == ["done", "duplicate", "duplicate"]
    assert len(inbox.caller.rows("SELECT 1 FROM notification")) == 2


def test_an_event_that_fails_tells_nobody_by_half(inbox: Inbox) -> None:
    texts = inbox.wording.texts
    broken = type(texts)({"report.submitted": texts.messages["report.submitted"]})
    inbox.wording = replace(inbox.wording, texts=broken)
    failed = inbox.announce()
    assert inbox.deliver(failed) == "waiting"
    assert inbox.caller.rows("SELECT 1 FROM notification") == []
    inbox.wording = replace(inbox.wording, texts=texts)
    other = inbox.tell()
    assert inbox.about(ME) == [other]  # the failed one holds back nobody else's


def test_pages_show_each_once_over_all_recipients(inbox: Inbox) -> None:
    told = [inbox.tell(reporter=who) for who in ("officer", None, "me", "officer", None)]
    seen: list[tuple[str, str]] = []
    page = inbox.page(OFFICER, limit=2)
    while True:
        seen += [(item["id"], item["report_id"]) for item in page["items"]]
        if page["next"] is None:
            break
        page = inbox.page(OFFICER, limit=2, cursor=page["next"])
    ids = [one for one, _ in seen]
    assert ids == sorted(ids, reverse=True) and len(ids) == len(set(ids)) == 7
    assert {report for _, report in seen} == set(told)
    with pytest.raises(Malformed):
        inbox.page(OFFICER, cursor="nonsense")


def test_marks_are_each_persons_own(inbox: Inbox) -> None:
    inbox.tell()
    item = inbox.page(OFFICER)["items"][0]
    assert item["read"] is False
    for _ in range(2):
        assert inbox.read(OFFICER, item["id"]) == item | {"read": True}
    assert inbox.page(OFFICER)["items"] == [item | {"read": True}]
    assert (inbox.unread(OFFICER), inbox.unread(COLLEAGUE), inbox.unread(ME)) == (0, 1, 1)
    assert inbox.about(OFFICER, unread=True) == []
    assert len(inbox.about(COLLEAGUE, unread=True)) == 1


@pytest.mark.parametrize("who", [YOU, FOREIGN, AUDITOR], ids=lambda who: who.subject)
def test_what_belongs_to_others_is_not_there(inbox: Inbox, who: Principal) -> None:
    inbox.tell()
    for owner in (ME, OFFICER):
        with pytest.raises(NotFound):
            inbox.read(who, inbox.page(owner)["items"][0]["id"])
    with pytest.raises(NotFound):
        inbox.read(who, new_id())
    assert inbox.caller.rows("SELECT 1 FROM notification_read") == []


def test_all_are_marked_that_are_there_now(inbox: Inbox) -> None:
    for reporter in ("officer", "me", None):
        inbox.tell(reporter=reporter)
    inbox.read(OFFICER, inbox.page(OFFICER)["items"][0]["id"])
    assert [inbox.read_all(OFFICER), inbox.read_all(OFFICER)] == [3, 0]
    assert (inbox.unread(OFFICER), inbox.unread(COLLEAGUE), inbox.unread(ME)) == (0, 3, 1)
    later = inbox.tell()
    assert inbox.about(OFFICER, unread=True) == [later]


def test_the_unread_are_counted_up_to_a_bound(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        inbox.tell(reporter="officer")
    monkeypatch.setattr(queries, "MOST_COUNTED", 4)
    assert inbox.unread(OFFICER) == 4
    assert inbox.read_all(OFFICER) == 4  # says the bound, marks them all
    assert inbox.unread(OFFICER) == 0


def test_the_table_itself_holds_one_per_event_and_recipient(inbox: Inbox) -> None:
    inbox.tell(reporter=None)
    copy = "INSERT INTO notification SELECT %(id)s, recipient, event_id, report_id, title, text,"
    with pytest.raises(Conflict):
        inbox.caller.rows(f"{copy} created_at FROM notification", {"id": new_id()})
