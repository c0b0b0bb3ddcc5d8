"""Four weeks after a case was closed its reporter is asked, once, whether it is still well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.errors import Conflict, NotFound
from services.chassis.ids import tracking_code
from services.chassis.principal import GUEST, SYSTEM
from services.chassis.unit_of_work import UnitOfWork
from services.reports import actions, alarms, contract
from services.reports.lifecycle import folded
from tests.integration.reports.conftest import SECRET, Desk
from tests.integration.reports.test_actions import ANNA, BUDI, OFFICER, RESOLVED, do, life, timeline
from tests.integration.reports.test_alarms import events
from tests.integration.reports.test_forgetting import forget

CLOSED = (*RESOLVED, ("close", ANNA))
MONTH = timedelta(weeks=4)
WELL, UNWELL = {"still_well": True}, {"still_well": False, "text": "Sampah kembali"}


def asked(desk: Desk) -> str:
    report = life(desk, *CLOSED)
    desk.caller.clock.move(MONTH)
    assert desk.ring() == ["ask"]
    return report


def as_guest(desk: Desk, number: str, **body: Any) -> Any:
    given = {"number": number, "code": tracking_code(SECRET, number)} | body
    return desk.caller.ask(
        contract.ANSWER_FOLLOW_UP,
        lambda w, b: actions.answer_follow_up(w, b, desk.city, desk.capabilities, SECRET),
        given,
    )


def test_it_is_asked_once_four_weeks_after_closing(desk: Desk) -> None:
    report = life(desk, *CLOSED)
    desk.caller.clock.move(MONTH - timedelta(seconds=1))
    assert desk.ring() == []
    do(desk, "rate", report, ANNA, score=5)  # changes nothing about it
    desk.caller.clock.move(timedelta(seconds=1))

    def ring(_: int) -> None:
        with desk.caller.database.session() as session:
            work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.caller.clock)
            alarms.ring(work, report, desk.city)
            work.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ring, range(8)))
    desk.caller.clock.move(timedelta(days=365))
    assert desk.ring() == []
    told = [event["type"].split(".")[4] for event in events(desk, report)]
    assert told.count("follow_up_asked") == 1
    assert "ask" not in {line["action"] for line in timeline(desk, report)}
    assert "ask" in {line["action"] for line in timeline(desk, report, OFFICER)}


def test_yes_is_kept_and_no_has_it_looked_at_again(desk: Desk) -> None:
    for said, state in ((WELL, "closed"), (UNWELL, "reopened")):
        report = asked(desk)
        answered = do(desk, "follow_up", report, ANNA, **said)
        assert (answered["state"], answered["still_well"]) == (state, said["still_well"])
        assert timeline(desk, report)[-1]["text"] == said.get("text")
        history = desk.caller.rows(
            "SELECT action, data FROM report_history WHERE report_id = %(id)s ORDER BY version",
            {"id": report},
        )
        assert folded([(line["action"], line["data"]) for line in history]) == state
        assert events(desk, report)[-1]["data"]["state"] == state
    assert answered["due_at"] is not None, "a term begins to verify it"


def test_only_whoever_was_asked_answers_and_once(desk: Desk) -> None:
    early = life(desk, *CLOSED)
    with pytest.raises(Conflict) as refused:
        do(desk, "follow_up", early, ANNA, **WELL)
    assert refused.value.code == "not_asked"
    report = life(desk, *CLOSED)
    desk.caller.clock.move(MONTH)
    assert desk.ring() == ["ask", "ask"]
    for by in (BUDI, OFFICER, GUEST):
        with pytest.raises(NotFound):
            do(desk, "follow_up", report, by, **UNWELL)
    desk.caller.clock.move(timedelta(days=14))
    do(desk, "follow_up", report, ANNA, **WELL)
    with pytest.raises(Conflict) as refused:
        do(desk, "follow_up", report, ANNA, **UNWELL)
    assert refused.value.code == "already_answered"
    desk.caller.clock.move(timedelta(seconds=1))
    with pytest.raises(Conflict) as refused:
        do(desk, "follow_up", early, ANNA, **UNWELL)
    assert refused.value.code == "too_late"


def test_what_was_closed_again_is_asked_again(desk: Desk) -> None:
    report = asked(desk)
    do(desk, "follow_up", report, ANNA, **UNWELL)
    for name, by in (*RESOLVED[1:], ("close", ANNA)):
        closed = do(desk, name, report, by)
    assert (closed["asked_at"], closed["still_well"]) == (None, None)
    desk.caller.clock.move(MONTH)
    assert desk.ring() == ["ask"]
    assert do(desk, "follow_up", report, ANNA, **WELL)["still_well"] is True


def closed_of_guest(desk: Desk, **left: Any) -> dict[str, Any]:
    made = desk.submit(**left)
    for name, by in RESOLVED:
        do(desk, name, made["id"], by)
    desk.caller.clock.move(timedelta(days=21))
    assert "close" in desk.ring()
    return dict(made)


def test_a_guest_is_asked_at_the_address_and_answers_with_the_code(desk: Desk) -> None:
    made = closed_of_guest(desk, contact_email="tamu@example.org")
    desk.caller.clock.move(MONTH)
    assert desk.ring() == ["ask"]
    with pytest.raises(NotFound):
        desk.caller.ask(
            contract.ANSWER_FOLLOW_UP,
            lambda w, b: actions.answer_follow_up(w, b, desk.city, desk.capabilities, SECRET),
            {"number": made["number"], "code": "AAAAAAAAAAAAAAAA"} | WELL,
        )
    answered = as_guest(desk, made["number"], **UNWELL)
    assert answered["state"] == "reopened"
    assert timeline(desk, made["id"])[-1]["by"] == "reporter"


def test_nobody_is_asked_where_nobody_can_be(desk: Desk) -> None:
    closed_of_guest(desk)
    forgotten = life(desk, *CLOSED)
    forget(desk, forgotten, ANNA)
    desk.caller.clock.move(MONTH)
    assert desk.ring() == []
    assert desk.caller.rows("SELECT 1 FROM report WHERE alarm IS NOT NULL") == []


def test_a_code_opens_no_citizens_report(desk: Desk) -> None:
    report = asked(desk)
    with pytest.raises(NotFound):
        as_guest(desk, desk.get(report)["number"], **WELL)
