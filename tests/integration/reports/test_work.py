"""An agency's work: what is due first stands first, and one thing is done to many exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import Conflict, Invalid, Malformed, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import actions, bulk, contract, work, work_contract
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ADMIN,
    ANNA,
    BUDI,
    COLLEAGUE,
    FOREIGN,
    OFFICER,
    RESOLVED,
    SUPERVISOR,
    do,
    life,
    timeline,
)

NOISE: dict[str, Any] = {"category": "noise", "attributes": {"since": "2026-06-01T00:00:00+08:00"}}


def listed(desk: Desk, by: Principal = OFFICER, **asked: Any) -> Any:
    return desk.caller.ask(
        work_contract.LIST_WORK, lambda w, body: work.list_work(w, body, desk.city), asked, by=by
    )


def ids(desk: Desk, by: Principal = OFFICER, **asked: Any) -> list[str]:
    return [item["id"] for item in listed(desk, by, **asked)["items"]]


def overview(desk: Desk, by: Principal = SUPERVISOR, **asked: Any) -> Any:
    return desk.caller.ask(
        work_contract.WORK_OVERVIEW, lambda w, body: work.overview(w, body, desk.city), asked, by=by
    )


def assign_many(desk: Desk, reports: list[str], by: Principal = OFFICER, **more: Any) -> Any:
    return desk.caller.ask(
        work_contract.ASSIGN_MANY,
        lambda w, body: bulk.assign_many(w, body, desk.city),
        {"reports": reports, "agency": "ROADS"} | more,
        by=by,
    )


def job(desk: Desk, job_id: str, by: Principal = OFFICER) -> Any:
    return desk.caller.ask(work_contract.GET_JOB, bulk.get_job, {"id": job_id}, by=by)


def test_what_is_due_first_stands_first(desk: Desk) -> None:
    held = life(desk, ("assign", OFFICER), ("hold", OFFICER))
    assigned = life(desk, ("assign", OFFICER))
    done = life(desk, *RESOLVED)
    first = life(desk)
    desk.submit(**NOISE)
    desk.caller.clock.move(timedelta(days=1))
    later = life(desk)
    assert ids(desk) == [first, later, assigned, held]
    assert done not in ids(desk)
    found = listed(desk, limit=1)
    assert found["counts"] == {"submitted": 2, "assigned": 1, "on_hold": 1}
    assert found["overdue"] == 0
    assert all("reporter" in item for item in found["items"])


def test_every_page_shows_each_once(desk: Desk) -> None:
    wanted = [life(desk) for _ in range(5)]
    wanted += [life(desk, ("assign", OFFICER), ("hold", OFFICER)) for _ in range(3)]
    seen: list[str] = []
    page = listed(desk, limit=3)
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = listed(desk, limit=3, cursor=page["next"])
    assert seen == wanted
    for nonsense in ("", "x", "AAAA", "~~~", page["items"][0]["id"]):
        with pytest.raises(Malformed):
            listed(desk, cursor=nonsense)


def test_filters(desk: Desk) -> None:
    mine, other = life(desk, ("claim", OFFICER)), life(desk, ("claim", COLLEAGUE))
    nobodys = life(desk, ("verify", OFFICER))
    assert ids(desk, officer="me") == [mine]
    assert ids(desk, officer=COLLEAGUE.subject) == [other]
    assert ids(desk, officer="none") == [nobodys]
    assert ids(desk, state="verified") == [nobodys]
    assert ids(desk, category="noise") == []
    assert listed(desk, state="verified")["counts"] == {"submitted": 2, "verified": 1}
    assert listed(desk, officer="me")["counts"] == {"submitted": 1}
    assert ids(desk, overdue=True) == [] and len(ids(desk, overdue=False)) == 3
    desk.caller.clock.move(timedelta(days=10))
    assert len(ids(desk, overdue=True)) == 3 and listed(desk)["overdue"] == 3


def test_each_agency_sees_its_own(desk: Desk) -> None:
    report = life(desk)
    assert ids(desk, FOREIGN) == []
    with pytest.raises(NotFound):
        listed(desk, FOREIGN, agency="ROADS")
    assert ids(desk, ADMIN) == ids(desk, ADMIN, agency="ROADS") == [report]
    assert ids(desk, ADMIN, agency="HALL") == []


def test_one_takes_it_and_others_do_not(desk: Desk) -> None:
    report = life(desk)
    claimed = do(desk, "claim", report, OFFICER)
    assert (claimed["officer"], claimed["state"]) == ("officer", "submitted")
    for name in ("claim", "release"):
        with pytest.raises(Conflict) as refused:
            do(desk, name, report, COLLEAGUE)
        assert refused.value.code == "claimed"
    assert do(desk, "release", report, SUPERVISOR)["officer"] is None
    assert do(desk, "claim", report, COLLEAGUE)["officer"] == "colleague"
    do(desk, "note", report, OFFICER, text="Truk penuh")
    assert [line["action"] for line in timeline(desk, report)] == ["submitted"]
    assert timeline(desk, report, OFFICER)[-1]["text"] == "Truk penuh"


def test_how_an_agency_stands(desk: Desk) -> None:
    life(desk, ("claim", OFFICER))
    life(desk, ("assign", OFFICER))
    life(desk, *RESOLVED)
    desk.caller.clock.move(timedelta(days=10))
    desk.ring()
    late = life(desk, ("claim", COLLEAGUE))
    found = overview(desk)
    assert found["agency"] == "ROADS"
    assert found["counts"] == {"submitted": 2, "assigned": 1}
    assert (found["overdue"], found["escalated"], found["due_today"]) == (2, 2, 0)
    assert found["officers"] == [
        {"officer": "officer", "open": 1, "overdue": 1},
        {"officer": None, "open": 1, "overdue": 1},
        {"officer": "colleague", "open": 1, "overdue": 0},
    ]
    assert (found["answered"], found["answered_in_time"]) == (1, 1)
    assert overview(desk, ADMIN)["agency"] is None
    desk.caller.clock.move(timedelta(days=6))
    desk.ring()
    for name in ("assign", "resolve"):
        do(desk, name, late, COLLEAGUE)
    assert overview(desk)["answered_in_time"] == 1 and overview(desk)["answered"] == 2


def test_many_are_assigned_one_by_one(desk: Desk) -> None:
    officer = desk.account("officer", "ROADS")
    reports = [life(desk) for _ in range(4)]
    gone, resolved = new_id(), life(desk, *RESOLVED)
    foreign = str(desk.submit(**NOISE)["id"])
    made = assign_many(desk, [*reports, reports[0], gone, resolved, foreign], officer=officer)
    assert (made["total"], made["done"], made["finished"]) == (7, 0, False)
    assert desk.do_jobs() == 7
    found = job(desk, made["id"])
    assert (found["done"], found["failed"], found["finished"]) == (4, 3, True)
    assert found["failures"] == [
        {"report_id": gone, "code": "not_found"},
        {"report_id": resolved, "code": "illegal_action"},
        {"report_id": foreign, "code": "not_found"},
    ]
    for report in reports:
        shown = desk.get(report, OFFICER)
        assert (shown["state"], shown["officer"], shown["version"]) == ("assigned", officer, 2)
        assert timeline(desk, report, OFFICER)[-1]["actor"] == "officer"
    assert desk.do_jobs() == 0


def test_an_item_that_breaks_keeps_nobody_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = life(desk), life(desk)
    made = assign_many(desk, [bad, good])
    right = actions.act

    def act(work: Any, name: str, body: Any, *more: Any) -> Any:
        if body["id"] == bad:
            raise RuntimeError
        return right(work, name, body, *more)

    monkeypatch.setattr(actions, "act", act)
    with pytest.raises(bulk.ItemBroken) as broken:
        desk.do_jobs()
    with desk.caller.database.session() as session:
        work_ = UnitOfWork(session, clock=desk.caller.clock)
        bulk.give_up(work_, broken.value.item)
        work_.commit()
    assert desk.do_jobs() == 1
    found = job(desk, made["id"])
    assert (found["done"], found["failed"], found["finished"]) == (1, 1, True)
    assert found["failures"] == [{"report_id": bad, "code": "internal_error"}]


def test_a_job_that_could_never_be_done(desk: Desk) -> None:
    report = life(desk)
    citizen, elsewhere = desk.account("citizen"), desk.account("officer", "HALL")
    wrongs: list[dict[str, Any]] = [
        {"agency": "NOWHERE"}, {"officer": citizen}, {"officer": elsewhere}
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(Invalid):
            assign_many(desk, [report], **wrong)
        with pytest.raises(Invalid):
            do(desk, "assign", report, OFFICER, **wrong)
    with pytest.raises(Invalid):
        assign_many(desk, [])
    made = assign_many(desk, [report])
    with pytest.raises(NotFound):
        job(desk, made["id"], COLLEAGUE)


def test_staff_speaks_for_people(desk: Desk) -> None:
    account = desk.account("citizen")
    citizen = Principal(account, Role.CITIZEN)
    behalf = {"channel": "counter", "account": account}
    report = str(desk.submit(FOREIGN, on_behalf_of=behalf)["id"])
    assert desk.ids(citizen, mine=True) == [report] and desk.ids(FOREIGN, mine=True) == []
    assert timeline(desk, report, OFFICER)[0]["actor"] == "foreign"
    assert timeline(desk, report, OFFICER)[0]["on_behalf_of"] == "counter"
    for name in ("assign", "resolve"):
        do(desk, name, report, OFFICER)
    rated = do(desk, "rate", report, FOREIGN, score=1, on_behalf_of={"channel": "call_centre"})
    assert rated["state"] == "reopened"
    purposes = desk.caller.rows("SELECT action, purpose FROM chassis.audit ORDER BY id")
    assert {"action": "report.rate", "purpose": "on_behalf_of"} in purposes
    assert {"action": "report.submitted", "purpose": "on_behalf_of"} in purposes


def test_who_may_not_speak_for_others(desk: Desk) -> None:
    report = life(desk, *RESOLVED, by=ANNA)
    call = {"on_behalf_of": {"channel": "call_centre"}}
    for by in (BUDI, OFFICER, SUPERVISOR, ADMIN):  # citizens, and whose work is judged
        with pytest.raises(Invalid):
            do(desk, "close", report, by, **call)
    assert do(desk, "close", report, FOREIGN, **call)["state"] == "closed"
    for by in (GUEST, BUDI, ADMIN):
        with pytest.raises(Invalid):
            desk.submit(by, on_behalf_of={"channel": "counter"})
    unknown = {"channel": "counter", "account": new_id()}
    staff = {"channel": "counter", "account": desk.account("officer", "HALL")}
    for behalf in (unknown, staff):
        with pytest.raises(Invalid):
            desk.submit(FOREIGN, on_behalf_of=behalf)
    with pytest.raises(Invalid):
        desk.submit(
            FOREIGN,
            on_behalf_of={"channel": "counter", "account": desk.account("citizen")},
            contact_email="warga@example.org",
        )
    made = desk.submit(
        FOREIGN, on_behalf_of={"channel": "village"}, contact_email="warga@example.org"
    )
    assert "tracking_code" in made
    assert contract.SUBMIT_REPORT.name == "submit_report"


def test_words_to_begin_with(desk: Desk) -> None:
    def codes(**asked: Any) -> list[str]:
        found = desk.caller.ask(
            work_contract.LIST_RESPONSES,
            lambda w, body: work.list_responses(w, body, desk.city),
            asked,
            by=OFFICER,
            language="en",
        )
        assert found["next"] is None
        return [f"{item['code']}: {item['text']}" for item in found["items"]]

    patched, other = "patched: The hole was patched.", "elsewhere: Another agency answers for it."
    assert codes() == [patched, other]
    assert codes(action="resolve", category="pothole") == [patched]
    assert codes(action="resolve", category="noise") == []
    assert codes(category="noise") == codes(action="reject") == [other]
    with pytest.raises(Invalid):
        codes(action="verify")
