"""Removing a reporter leaves no trace of them in any table, and the case as it was."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from services.chassis.contract import Operation
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal, Role
from services.reports import contract, following, forgetting
from services.reports.lifecycle import folded
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ADMIN,
    ANNA,
    BUDI,
    FOREIGN,
    OFFICER,
    RESOLVED,
    do,
    life,
    photo,
    timeline,
)
from tests.integration.reports.test_alarms import events
from tests.integration.reports.test_moderation import moderations, restore
from tests.integration.traces import traces

LEFT = {
    "contact_email": "kenari.9@example.org", "contact_name": "Kenari Sembilan",
    "contact_phone": "081299999999",
}  # fmt: skip
# the audit says who did what, by ids; it is kept as the law asks, and nothing else may name them
AUDIT = {"chassis.audit.actor"}


def forget(desk: Desk, report: str, by: Principal, **more: Any) -> Any:
    body = {"id": report, "irrevocable": True} | more
    return desk.caller.ask(
        contract.FORGET_REPORTER,
        lambda work, asked: forgetting.forget_reporter(work, asked, desk.city),
        body,
        by=by,
    )


def care(desk: Desk, report: str, by: Principal, operation: Operation, command: Any) -> None:
    """Support or follow, and keep the answer for a repeat."""
    desk.caller.ask(
        operation, lambda work, body: command(work, body, desk.city), {"id": report},
        by=by, key="once",
    )  # fmt: skip


def lived(desk: Desk, reporter: Principal) -> str:
    """A report whose reporter did everything that leaves a trace."""
    body = {"photos": [photo(desk, reporter)], "description": "Telepon saya 0812-333"}
    report = str(desk.submit(reporter, key="submitted", **body)["id"])
    care(desk, report, reporter, contract.FOLLOW, following.follow)
    care(desk, report, reporter, contract.SUPPORT, following.support)
    do(desk, "comment", report, reporter, text="Segera")
    do(desk, "moderate", report, OFFICER, what="description", text="Telepon saya …", reason="x")
    for name, by in RESOLVED[1:]:
        do(desk, name, report, by)
    do(desk, "rate", report, reporter, score=2, text="Belum")
    care(desk, report, OFFICER, contract.SUPPORT, following.support)
    return report


@pytest.mark.parametrize("who", ["reporter", "officer", "admin"])
def test_no_trace_is_left_and_the_case_stays(desk: Desk, who: str) -> None:
    reporter = Principal(new_id(), Role.CITIZEN)
    report = lived(desk, reporter)
    before, lines = desk.get(report), timeline(desk, report)
    assert len(traces(desk.caller, reporter.subject, AUDIT)) > 4
    assert traces(desk.caller, "0812-333")
    by = {"reporter": reporter, "officer": OFFICER, "admin": ADMIN}[who]
    assert forget(desk, report, by, **({} if who == "reporter" else {"reason": "Surat"})) == {}
    assert traces(desk.caller, reporter.subject, AUDIT) == set()
    assert traces(desk.caller, "0812-333") == set()
    after = desk.get(report)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"version"} and timeline(desk, report) == lines
    assert "reporter" not in desk.get(report, OFFICER)
    internal = timeline(desk, report, OFFICER)
    assert (internal[-1]["action"], internal[-1]["by"]) == (
        "forget", "reporter" if who == "reporter" else "staff")  # fmt: skip
    assert internal[0]["actor"] == "removed"
    history = desk.caller.rows("SELECT action, data FROM report_history ORDER BY version")
    assert folded([(one["action"], one["data"]) for one in history]) == before["state"]
    told = events(desk, report)[-1]
    assert told["type"] == "id.kota.reports.reporter.forgotten.v1"
    assert (told["data"]["reporter"], told["data"]["digest"]) == (
        None, contract.reporter_digest(report, reporter.subject))  # fmt: skip
    assert (by.subject, "report.forget", report) in desk.caller.audited()
    purposes = desk.caller.rows("SELECT purpose FROM chassis.audit WHERE action = 'report.forget'")
    assert [row["purpose"] for row in purposes] == ["erasure"]


def test_it_is_for_good(desk: Desk) -> None:
    reporter = Principal(new_id(), Role.CITIZEN)
    report = lived(desk, reporter)
    for body in ({"irrevocable": False}, {}):
        with pytest.raises(Invalid) as wrong:
            forget(desk, report, OFFICER, **body)
        assert wrong.value.errors[0].field == ("reason" if not body else "irrevocable")
    forget(desk, report, reporter)
    with pytest.raises(Conflict) as refused:
        restore(desk, report, "description")
    assert refused.value.code == "original_removed"
    assert moderations(desk, report)[0]["original"] is None
    with pytest.raises(Conflict) as refused:
        forget(desk, report, OFFICER, reason="x")
    assert refused.value.code == "nothing_to_forget"
    for name in ("reopen", "rate", "close"):
        with pytest.raises(NotFound):
            do(desk, name, report, reporter)
    assert desk.ids(reporter, mine=True) == []
    with pytest.raises(NotFound):
        forget(desk, report, reporter)


def test_who_may_ask_for_it(desk: Desk) -> None:
    report = life(desk)
    for by in (BUDI, FOREIGN, Principal("auditor", Role.AUDITOR)):
        with pytest.raises(NotFound):
            forget(desk, report, by, reason="x")
    assert desk.get(report, OFFICER)["reporter"] == ANNA.subject


def test_what_a_guest_left(desk: Desk) -> None:
    report = str(desk.submit(contact_email=LEFT["contact_email"])["id"])
    desk.caller.rows(
        "UPDATE report_contact SET name = %(contact_name)s, phone = %(contact_phone)s", LEFT
    )
    assert desk.get(report, OFFICER)["contact"]["name"] == LEFT["contact_name"]
    forget(desk, report, OFFICER, reason="Telepon ke pusat panggilan")
    for value in LEFT.values():
        assert traces(desk.caller, value) == set()
    assert events(desk, report)[-1]["data"]["digest"] is None
    assert "contact" not in desk.get(report, OFFICER)


def test_who_was_spoken_for(desk: Desk) -> None:
    account = desk.account("citizen")
    behalf = {"channel": "counter", "account": account}
    report = str(desk.submit(FOREIGN, on_behalf_of=behalf)["id"])
    forget(desk, report, OFFICER, reason="x")
    # that there is such an account, registry has told; nothing connects it with a report
    assert traces(desk.caller, account) == {"public.account.id"}
    assert timeline(desk, report, OFFICER)[0]["on_behalf_of"] == "counter"


def test_nobody_else_is_forgotten(desk: Desk) -> None:
    mine, other = life(desk), life(desk, ("comment", BUDI))
    do(desk, "comment", mine, BUDI)
    forget(desk, mine, ANNA)
    assert desk.get(other, OFFICER)["reporter"] == ANNA.subject
    assert timeline(desk, other, OFFICER)[0]["actor"] == ANNA.subject
    assert timeline(desk, mine, OFFICER)[1]["actor"] == BUDI.subject


def test_the_history_cannot_be_changed_otherwise(desk: Desk) -> None:
    report = life(desk, ("comment", BUDI))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        desk.caller.rows("UPDATE report_history SET actor = 'x'")
    desk.caller.rows("SELECT report_history_forget(%(id)s)", {"id": report})
    assert [line["actor"] for line in timeline(desk, report, OFFICER)] == ["removed", "budi"]
    assert desk.get(report, GUEST)["state"] == "submitted"
