"""How much there is to do is what a count of everything says, after whatever happened."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.chassis.database import Row
from services.chassis.errors import DomainError
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import sum_repository
from services.reports.lifecycle import OPEN
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ADMIN, ANNA, do
from tests.integration.reports.test_work import NOISE, listed, overview

AGENCIES = ("ROADS", "HALL")
PEOPLE = [
    Principal(f"{role}-{agency}", role, agency)
    for agency in AGENCIES
    for role in (Role.OFFICER, Role.SUPERVISOR)
]
MOVES = (
    "verify", "assign", "start", "hold", "resolve", "reject", "forward", "refer", "reopen", "claim",
    "release",
)  # fmt: skip


def fold(desk: Desk, batch: int) -> None:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, clock=desk.caller.clock)
        sum_repository.fold(work, "Asia/Makassar", batch)
        work.commit()


def act(desk: Desk, random: Random, reports: list[str]) -> None:
    """One thing that somebody does; most of it is possible only sometimes."""
    chance = random.random()
    if chance < 0.2 or not reports:
        visibility = random.choice(("public", "secret"))
        more: dict[str, Any] = random.choice(({}, NOISE))
        reports.append(desk.submit(ANNA, visibility=visibility, **more)["id"])
    elif chance < 0.35:
        desk.caller.clock.move(timedelta(hours=random.choice((1, 5, 30, 200))))
        desk.ring()
    elif chance < 0.5:
        fold(desk, random.choice((1, 7, 100)))
    else:
        with suppress(DomainError):
            do(desk, random.choice(MOVES), random.choice(reports), random.choice(PEOPLE))


def check(desk: Desk) -> None:
    """Everything that is counted for a list, against the reports themselves."""
    reports = desk.caller.rows("SELECT * FROM report")
    still = [report for report in reports if report["state"] in OPEN]
    for agency in (None, *AGENCIES):
        asked = {"agency": agency} if agency else {}
        own = [report for report in still if agency in (None, report["agency"])]
        check_list(desk, own, **asked)
        for name in ("category", "area", "officer"):
            for code in {report[name] for report in own} - {None}:
                fitting = [report for report in own if report[name] == code]
                check_list(desk, fitting, **asked, **{name: code})
        nobodys = [report for report in own if report["officer"] is None]
        check_list(desk, nobodys, **asked, officer="none")
        check_overview(desk, own, **asked)


def check_list(desk: Desk, wanted: list[Row], **asked: Any) -> None:
    found = listed(desk, ADMIN, limit=100, **asked)
    assert found["counts"] == Counter(report["state"] for report in wanted), asked
    assert found["overdue"] == late(desk, wanted), asked
    assert {item["id"] for item in found["items"]} == {report["id"] for report in wanted}


def check_overview(desk: Desk, own: list[Row], **asked: Any) -> None:
    found = overview(desk, ADMIN, **asked)
    assert found["overdue"] == late(desk, own)
    assert found["escalated"] == sum(report["escalation"] > 0 for report in own)
    officers = {report["officer"] for report in own}
    assert {row["officer"]: (row["open"], row["overdue"]) for row in found["officers"]} == {
        officer: (len(theirs), late(desk, theirs))
        for officer in officers
        if (theirs := [report for report in own if report["officer"] == officer])
    }


def late(desk: Desk, reports: list[Row]) -> int:
    now = desk.caller.clock.now()
    return sum(report["due_at"] is not None and report["due_at"] < now for report in reports)


@pytest.mark.parametrize("seed", range(2))
def test_after_anything_that_happened(desk: Desk, seed: int) -> None:
    random, reports = Random(seed), list[str]()
    for step in range(120):
        act(desk, random, reports)
        if step % 40 == 39:
            check(desk)
    fold(desk, 10_000)
    check(desk)
    assert desk.caller.rows("SELECT 1 FROM report_work_change") == []


def test_late_is_told_to_the_moment(desk: Desk) -> None:
    """Between two times at which the sums are brought up to date, too."""
    report = desk.submit(ANNA)
    due = desk.caller.rows("SELECT due_at FROM report")[0]["due_at"]
    desk.caller.clock.at = due - timedelta(minutes=5)
    fold(desk, 100)
    assert listed(desk, ADMIN)["overdue"] == 0
    for minutes in (0, 1, 4, 60):
        desk.caller.clock.at = due + timedelta(minutes=minutes, seconds=1)
        assert listed(desk, ADMIN)["overdue"] == 1
        fold(desk, 100)
        assert listed(desk, ADMIN)["overdue"] == 1
    do(desk, "reject", report["id"], PEOPLE[0], reason="Bukan laporan")
    assert listed(desk, ADMIN)["overdue"] == 0
    fold(desk, 100)
    assert listed(desk, ADMIN)["overdue"] == 0
