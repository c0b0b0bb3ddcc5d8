"""Several agencies on one report, on the real database: each with its state, term and desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.principal import GUEST, Principal, Role
from services.reports import contract, part_reading
from services.reports.parts import folded_parts
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ANNA, FOREIGN, OFFICER, do, life, photo, timeline
from tests.integration.reports.test_alarms import WEEKS, events
from tests.integration.reports.test_work import NOISE, listed, overview

ASKED = (("assign", OFFICER), ("invite", OFFICER))


def parts(desk: Desk, report: str, by: Principal = OFFICER) -> list[dict[str, Any]]:
    found = desk.caller.ask(
        contract.LIST_PARTS,
        lambda work, body: part_reading.list_parts(work, body, desk.city),
        {"id": report},
        by=by,
    )
    return list(found["items"])


def states(desk: Desk, report: str) -> dict[str, str]:
    """By the table, which must say what the history says."""
    lines = desk.caller.rows(
        "SELECT action, data FROM report_history WHERE report_id = %(id)s ORDER BY version",
        {"id": report},
    )
    found = {part["agency"]: part["state"] for part in parts(desk, report)}
    assert folded_parts([(line["action"], line["data"]) for line in lines]) == found
    return found


def test_another_agency_does_its_part(desk: Desk) -> None:
    report = life(desk, *ASKED)
    (asked,) = parts(desk, report)
    assert (asked["agency"], asked["agency_name"], asked["state"]) == (
        "HALL",
        "Balai kota",
        "asked",
    )
    assert asked["asked_for"] == "x" and asked["due_at"] is not None
    do(desk, "accept", report, FOREIGN)
    do(desk, "begin", report, FOREIGN)
    with pytest.raises(Conflict) as refused:
        do(desk, "resolve", report, OFFICER)
    assert refused.value.code == "parts_open" and "HALL" in str(refused.value.detail)
    proof = [photo(desk, FOREIGN)]
    done = do(desk, "finish", report, FOREIGN, note="Rambu terpasang", photos=proof)
    assert done["helpers"] == ["HALL"] and len(done["photos"]) == 1
    (part,) = parts(desk, report)
    assert (part["state"], part["answer"], part["due_at"], part["officer"]) == (
        "done", "Rambu terpasang", None, "foreign")  # fmt: skip
    assert do(desk, "resolve", report, OFFICER)["state"] == "resolved"
    assert states(desk, report) == {"HALL": "done"}
    public = timeline(desk, report)
    assert [(line["action"], line["agency"]) for line in public[2:6]] == [
        (name, "HALL") for name in ("invite", "accept", "begin", "finish")]  # fmt: skip
    told = events(desk, report)
    assert [e["data"].get("part_state") for e in told[2:6]] == [
        "asked", "accepted", "working", "done"]  # fmt: skip
    assert told[2]["data"]["agency"] == "ROADS" and told[2]["data"]["part_agency"] == "HALL"


def test_resolved_all_the_same_says_why_and_ends_the_part(desk: Desk) -> None:
    report = life(desk, *ASKED)
    do(desk, "resolve", report, OFFICER, open_parts_reason="Sudah tidak perlu")
    assert states(desk, report) == {"HALL": "withdrawn"}
    assert events(desk, report)[-1]["data"]["parts_ended"] == ["HALL"]
    assert desk.get(report)["helpers"] == [] and listed(desk, FOREIGN)["items"] == []
    do(desk, "reopen", report, ANNA)
    do(desk, "invite", report, OFFICER)
    assert states(desk, report) == {"HALL": "asked"}


def test_what_is_not_possible_with_a_part(desk: Desk) -> None:
    report = life(desk, ("assign", OFFICER))
    for agency, code in (("ROADS", "leads_already"), ("NOWHERE", "unknown_agency")):
        with pytest.raises(Invalid) as wrong:
            do(desk, "invite", report, OFFICER, agency=agency)
        assert wrong.value.errors[0].code == code
    for name, by in (("accept", FOREIGN), ("invite", FOREIGN), ("accept", OFFICER)):
        with pytest.raises(NotFound):
            do(desk, name, report, by)
    do(desk, "invite", report, OFFICER)
    for name, by in (("invite", OFFICER), ("begin", FOREIGN), ("finish", FOREIGN)):
        with pytest.raises(Conflict) as refused:
            do(desk, name, report, by)
        assert refused.value.code == "illegal_part"
    assert "accept, decline, withdraw" in str(refused.value.detail)
    do(desk, "decline", report, FOREIGN)
    with pytest.raises(NotFound):
        do(desk, "accept", report, FOREIGN)
    assert states(desk, report) == {"HALL": "declined"}


def test_who_takes_part_reads_a_secret_report_and_not_who_reported(desk: Desk) -> None:
    report = str(desk.submit(ANNA, visibility="secret")["id"])
    with pytest.raises(NotFound):
        desk.get(report, FOREIGN)
    do(desk, "invite", report, OFFICER)
    seen = desk.get(report, FOREIGN)
    assert "reporter" not in seen and report in desk.ids(FOREIGN)
    assert "actor" not in timeline(desk, report, FOREIGN)[0]
    with pytest.raises(NotFound):
        parts(desk, report, GUEST)
    assert "officer" not in parts(desk, report, ANNA)[0]
    do(desk, "withdraw", report, OFFICER)
    with pytest.raises(NotFound):
        desk.get(report, FOREIGN)


def test_a_part_stands_in_its_agencys_queue_by_its_own_term(desk: Desk) -> None:
    own = str(desk.submit(**NOISE)["id"])
    desk.caller.clock.move(timedelta(days=1))
    helped = life(desk, *ASKED)
    do(desk, "verify", own, FOREIGN)
    later = [life(desk, *ASKED) for _ in range(3)]
    queue = listed(desk, FOREIGN)
    assert {item["id"] for item in queue["items"]} == {own, helped, *later}
    dates = [item.get("part", item)["due_at"] for item in queue["items"]]
    assert dates == sorted(dates)
    assert queue["parts"] == {"asked": 4} and queue["counts"] == {"verified": 1}
    assert ["part" in item for item in queue["items"] if item["id"] == own] == [False]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    while True:
        page = listed(desk, FOREIGN, **asked)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        asked |= {"cursor": page["next"]}
    assert seen == [item["id"] for item in queue["items"]]
    do(desk, "accept", helped, FOREIGN)
    do(desk, "begin", helped, FOREIGN)
    assert [item["id"] for item in listed(desk, FOREIGN, officer="me")["items"]] == [helped]
    assert [i["id"] for i in listed(desk, FOREIGN, state="verified")["items"]] == [own]
    assert helped in {item["id"] for item in listed(desk)["items"] if "part" not in item}
    leader = Principal("leader", Role.SUPERVISOR, "HALL")
    assert overview(desk, leader)["parts"] == {"asked": 3, "working": 1}


def test_a_part_that_is_not_done_in_time_is_told_of_and_passed_up(desk: Desk) -> None:
    report = str(desk.submit(**NOISE)["id"])
    do(desk, "invite", report, FOREIGN, agency="ROADS")
    due = parts(desk, report, FOREIGN)[0]["due_at"]
    desk.caller.clock.move(WEEKS)
    rung = desk.ring()
    assert [one for one in rung if one.startswith("part_")] == [
        "part_warn", "part_miss", "part_escalate", "part_escalate"]  # fmt: skip
    assert desk.ring() == []
    told = [e["data"] for e in events(desk, report) if ".part_" in e["type"]][1:]
    assert [one.get("tell") for one in told] == [None, None, "supervisors", "head"]
    assert {one["part_agency"] for one in told} == {"ROADS"}
    (part,) = parts(desk, report, FOREIGN)
    assert (part["due_at"], part["escalation"]) == (due, 2)
    assert listed(desk, OFFICER)["parts_overdue"] == 1
    assert states(desk, report) == {"ROADS": "asked"}


def test_who_takes_part_does_not_judge_it_for_the_reporter(desk: Desk) -> None:
    report = life(desk, *ASKED)
    for name in ("accept", "finish"):
        do(desk, name, report, FOREIGN)
    do(desk, "resolve", report, OFFICER)
    with pytest.raises(Invalid) as refused:
        do(desk, "close", report, FOREIGN, on_behalf_of={"channel": "counter"})
    assert refused.value.errors[0].code == "not_on_behalf"


def test_who_comes_to_lead_has_no_part_any_more(desk: Desk) -> None:
    report = life(desk, *ASKED)
    assert do(desk, "forward", report, OFFICER)["helpers"] == []
    with pytest.raises(NotFound):
        do(desk, "accept", report, FOREIGN)
    lines = desk.caller.rows("SELECT state FROM report_part")
    assert [line["state"] for line in lines] == ["withdrawn"]
    desk.caller.clock.move(WEEKS)
    assert not [one for one in desk.ring() if one.startswith("part_")]
