"""Terms on a real database: what nobody did in time is told of once, and cases close themselves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from services.chassis.call import Call
from services.chassis.principal import GUEST, SYSTEM
from services.chassis.unit_of_work import UnitOfWork
from services.reports import alarms
from services.reports.lifecycle import folded
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ANNA,
    OFFICER,
    RESOLVED,
    SUPERVISOR,
    do,
    life,
    timeline,
)

WEEKS = timedelta(days=21)


def events(desk: Desk, report: str) -> list[dict[str, Any]]:
    rows = desk.caller.rows("SELECT body::json AS body FROM chassis.outbox ORDER BY id")
    return [row["body"] for row in rows if row["body"]["subject"] == report]


def test_a_term_that_nobody_keeps(desk: Desk) -> None:
    report = life(desk)
    due = desk.get(report)["due_at"]
    assert desk.ring() == []
    desk.caller.clock.move(WEEKS)
    assert desk.ring() == ["warn", "miss", "escalate", "escalate"]
    assert desk.ring() == []
    told = events(desk, report)
    names = [event["type"].split(".")[4] for event in told]
    assert names == ["submitted", "due_soon", "overdue", "escalated", "escalated"]
    assert [event["aggregateversion"] for event in told] == [1, 2, 3, 4, 5]
    assert [event["data"].get("tell") for event in told] == [
        None, None, None, "supervisors", "head"
    ]  # fmt: skip
    assert {event["data"]["actor"] for event in told[1:]} == {"system"}
    shown = desk.get(report, OFFICER)
    assert (shown["due_at"], shown["escalation"], shown["state"]) == (due, 2, "submitted")
    assert "escalation" not in desk.get(report, GUEST)
    assert [line["action"] for line in timeline(desk, report)] == ["submitted"]
    internal = timeline(desk, report, OFFICER)
    assert [line["text"] for line in internal[3:]] == ["Head of division", "Head of agency"]
    assert ("system", "report.miss", report) in desk.caller.audited()


def test_a_term_that_is_kept_rings_nothing(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    assert desk.get(report)["due_at"] is None
    desk.caller.clock.move(timedelta(days=5))
    assert desk.ring() == []


def test_a_case_closes_itself_and_can_still_be_reopened(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    desk.caller.clock.move(WEEKS)
    assert desk.ring() == ["close"]
    closed = desk.get(report)
    assert closed["state"] == "closed"
    assert timeline(desk, report)[-1]["by"] == "system"
    assert events(desk, report)[-1]["type"] == "id.kota.reports.report.closed.v1"
    reopened = do(desk, "reopen", report, ANNA)
    assert reopened["state"] == "reopened" and reopened["due_at"] > closed["updated_at"]
    rows = desk.caller.rows("SELECT action, data FROM report_history ORDER BY version")
    assert folded([(line["action"], line["data"]) for line in rows]) == "reopened"


def test_two_processes_ring_once(desk: Desk) -> None:
    report = life(desk)
    desk.caller.clock.move(timedelta(days=4))

    def ring(_: int) -> None:
        with desk.caller.database.session() as session:
            work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.caller.clock)
            alarms.ring(work, report, desk.city)
            work.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ring, range(8)))
    internal = timeline(desk, report, SUPERVISOR)
    actions = [line["action"] for line in internal]
    assert len(actions) == len(set(actions)) and actions[:2] == ["submitted", "warn"]


def test_rows_of_an_older_version_get_their_term(desk: Desk) -> None:
    report = life(desk)
    desk.caller.rows(
        "UPDATE report SET due_at = NULL, due_from = NULL, alarm = 'begin', alarm_at = created_at"
    )
    assert desk.ring() == []
    assert desk.get(report)["due_at"] is not None and desk.get(report)["version"] == 1


def test_what_fails_rests(desk: Desk) -> None:
    report = life(desk)
    desk.caller.clock.move(WEEKS)
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.caller.clock)
        assert alarms.due(work) == [report]
        alarms.postpone(work, report)
        work.commit()
        assert alarms.due(work) == []
    desk.caller.clock.move(alarms.POSTPONED)
    assert desk.ring()[0] == "warn"
