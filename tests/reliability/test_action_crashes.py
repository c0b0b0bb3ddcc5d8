"""Every action on a report, reports killed before and after its commit: done exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from services.reports.contract import ACTIONS
from services.reports.lifecycle import INTERNAL, RULES, Party, State, folded, next_state
from tests.client import Answer, Client, log_in
from tests.e2e.test_journey import REPORT, act, upload
from tests.reliability.databases import change, column, connected, relay_held
from tests.reliability.journal import TRANSPORT_ERRORS, Journal
from tests.waiting import eventually

SAID = {
    "reason": ("hold", "reject", "reopen", "hide", "decline", "unmerge"),
    "note": ("finish",),
    "text": ("comment", "note"),
}
SPOKEN = {name: {field: "x"} for field, names in SAID.items() for name in names}
BODIES: dict[str, dict[str, Any]] = SPOKEN | {
    "assign": {"agency": "DLH"},
    "forward": {"agency": "DISHUB", "reason": "x"},
    "refer": {"authority": "x", "reason": "x"},
    "invite": {"agency": "DISHUB", "reason": "x"},
    "withdraw": {"agency": "DISHUB", "reason": "x"},
    "moderate": {"what": "description", "text": "y", "reason": "x"},
    "restore": {"what": "description", "reason": "x"},
    "follow_up": {"still_well": True},
    "rate": {"score": 4},
}
TELLING = ("tell_people", "tell_of_casework")
# how a report gets to where the action is legal
WAYS: dict[State, tuple[str, ...]] = {
    State.SUBMITTED: (),
    State.ASSIGNED: ("assign",),
    State.RESOLVED: ("assign", "resolve"),
    State.CLOSED: ("assign", "resolve", "close"),
    State.DUPLICATE: ("merge",),
}
# and what has to be done there first
BEFORE: dict[str, tuple[str, ...]] = {
    "accept": ("invite",),
    "decline": ("invite",),
    "begin": ("invite", "accept"),
    "finish": ("invite", "accept"),
    "withdraw": ("invite",),
    "restore": ("moderate",),
}


@dataclass
class Deed:
    """One action on a report of its own, sent again with its key until it is answered."""

    name: str
    report: str
    client: Client
    body: dict[str, Any]
    key: str
    version: int

    @property
    def path(self) -> str:
        return f"/v1/reports/{self.report}/{self.name.replace('_', '-')}"

    def insist(self) -> Answer:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = self.client.post(self.path, self.body, Idempotency_Key=self.key)
            except TRANSPORT_ERRORS:
                continue
            if answer.status == 200:
                return answer
            assert answer.status == 503, (self.name, answer.text)
            time.sleep(0.2)
        raise AssertionError(f"{self.name} was not accepted for 60 s")


@pytest.fixture
def supervisor(stack: Stack) -> Client:
    return log_in(stack.base_url, stack.state.logins, "supervisor")


@pytest.fixture
def deeds(stack: Stack, citizen: Client, supervisor: Client, other_officer: Client) -> list[Deed]:
    """Every action once, each where it is possible."""
    eventually(stack.is_ready, 60, "readiness")
    found = []
    for name in ACTIONS:
        state = next(state for state in WAYS if state in RULES[name].leads)
        made = citizen.post("/v1/reports", REPORT).json
        for step in WAYS[state]:
            made = act(supervisor, made["id"], step, _body(step, supervisor))
        for step in BEFORE.get(name, ()):
            doer = other_officer if RULES[step].by == {Party.HELPER} else supervisor
            made = act(doer, made["id"], step, _body(step, doer))
        if name == "follow_up":
            made = _asked(stack, citizen, made["id"])
        doer = citizen if name in ("rate", "reopen", "close", "follow_up") else supervisor
        doer = other_officer if RULES[name].by == {Party.HELPER} else doer
        body = _body(name, doer)
        found.append(Deed(name, made["id"], doer, body, str(uuid4()), made["version"]))
    return found


def _asked(stack: Stack, reporter: Client, report: str) -> Any:
    """As if four weeks had gone by since it was closed."""
    with connected(stack, "reports") as reports:
        change(reports, "UPDATE report SET alarm_at = now() WHERE id = %s", report)
    path = f"/v1/reports/{report}"
    eventually(lambda: reporter.get(path).json["asked_at"] is not None, what="the question")
    return reporter.get(path).json


def _body(name: str, client: Client) -> dict[str, Any]:
    if name == "resolve":
        return {"note": "x", "photos": [upload(client)]}
    if name == "merge":
        return {"duplicate_of": client.post("/v1/reports", REPORT).json["id"], "reason": "x"}
    return BODIES.get(name, {})


def test_killed_between_commit_and_publish(
    stack: Stack, citizen: Client, deeds: list[Deed]
) -> None:
    with relay_held(stack, "reports") as reports:
        answers = [deed.insist().json for deed in deeds]
        assert column(reports, "SELECT count(*) FROM chassis.outbox")[0] >= len(deeds)
        stack.kill("reports")
    again = [deed.insist().json for deed in deeds]
    assert again == answers
    check(stack, citizen, deeds)


def test_killed_while_the_commits_are_on_their_way(
    stack: Stack, citizen: Client, deeds: list[Deed]
) -> None:
    with ThreadPoolExecutor(len(deeds)) as pool:
        with connected(stack, "reports", owner=True) as reports:
            change(reports, "BEGIN")
            change(reports, "LOCK TABLE report_history IN EXCLUSIVE MODE")
            asked = [pool.submit(deed.insist) for deed in deeds]
            eventually(_blocked(stack, 4), what="commits that wait")
            pid = stack.kill("reports")
            change(reports, "ROLLBACK")
        for one in asked:
            one.result()
    assert stack.pid("reports") not in (0, pid)
    check(stack, citizen, deeds)


def check(stack: Stack, citizen: Client, deeds: list[Deed]) -> None:
    """Once in the history, told once, and the history is legal and leads to the state."""
    journal = Journal(stack, citizen)
    eventually(stack.is_ready, 60, "readiness")
    eventually(lambda: not journal.unsettled(), 60, "empty outboxes and inboxes")
    for deed in deeds:
        _check_history(stack, deed)
    # the broker may still hold events for a moment
    eventually(lambda: not _wrongly_heard(stack, deeds), 60, "every event handled exactly once")


def _check_history(stack: Stack, deed: Deed) -> None:
    with connected(stack, "reports") as reports, reports.cursor() as cursor:
        cursor.execute(
            "SELECT version, action, data FROM report_history WHERE report_id = %s"
            " ORDER BY version",
            (deed.report,),
        )
        lines = cursor.fetchall()
        cursor.execute("SELECT state, version FROM report WHERE id = %s", (deed.report,))
        state, version = cursor.fetchone()
    assert [line[0] for line in lines] == list(range(1, len(lines) + 1)), deed.name
    assert [line[1] for line in lines].count(deed.name) == 1, deed.name
    assert version == len(lines) == deed.version + 1, deed.name
    assert folded([(action, data) for _, action, data in lines]) == state, deed.name


def _wrongly_heard(stack: Stack, deeds: list[Deed]) -> list[str]:
    wrong = []
    with connected(stack, "notify") as notify:
        for deed in deeds:
            heard = column(
                notify,
                "SELECT version FROM chassis.inbox WHERE handler = ANY(%s)"
                " AND subject = %s AND state = 'done' ORDER BY version",
                list(TELLING),
                deed.report,
            )
            if heard != list(range(1, deed.version + 2)):
                wrong.append(deed.name)
    return wrong


def _blocked(stack: Stack, least: int) -> Callable[[], bool]:
    def blocked() -> bool:
        with connected(stack, "reports", owner=True) as connection:
            waiting = column(
                connection,
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE NOT l.granted AND d.datname = 'reports' AND l.locktype = 'relation'",
            )
        return bool(waiting[0] >= least)

    return blocked


def test_every_action_is_tried() -> None:
    people = {name for name in RULES if name not in INTERNAL} | {"claim", "release", "note"}
    assert people == set(ACTIONS)
    for name in ACTIONS:
        state = next(state for state in WAYS if state in RULES[name].leads)
        assert next_state(name, state, {"score": 4}) is not None
