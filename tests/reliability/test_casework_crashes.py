"""What is no action on a report, with reports killed after its commit: done exactly once, too."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from tests.client import Answer, Client, log_in
from tests.e2e.test_journey import REPORT
from tests.reliability.databases import column, connected, relay_held
from tests.reliability.journal import TRANSPORT_ERRORS, Journal
from tests.security.making import soon
from tests.waiting import eventually


@pytest.fixture
def supervisor(stack: Stack) -> Client:
    return log_in(stack.base_url, stack.state.logins, "supervisor")


def insist(client: Client, path: str, body: dict[str, Any], key: str) -> Answer:
    """Ask with the same key until it is done."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            answer = client.post(path, body, Idempotency_Key=key)
        except TRANSPORT_ERRORS:
            continue
        if answer.status < 300:
            return answer
        assert answer.status == 503, (path, answer.text)
        time.sleep(0.2)
    raise AssertionError(f"{path} was not accepted for 60 s")


def test_blocking_lifting_and_forgetting_survive_a_kill(
    stack: Stack, citizen: Client, newcomer: Client, supervisor: Client
) -> None:
    eventually(stack.is_ready, 60, "readiness")
    report, forgotten = (newcomer.post("/v1/reports", REPORT).json["id"] for _ in range(2))
    block = {"report": report, "which": ["account"], "reason": "Iklan", "until": soon()}
    asked = [
        (supervisor, "/v1/blocks", block, str(uuid4())),
        (newcomer, f"/v1/reports/{forgotten}/forget", {"irrevocable": True}, str(uuid4())),
    ]
    with relay_held(stack, "reports"):
        answers = [insist(*one).json for one in asked]
        stack.kill("reports")
    assert [insist(*one).json for one in asked] == answers
    refused = eventually(lambda: _refused(newcomer), 60, "an answer")
    assert refused is not None and refused.json["code"] == "blocked"
    with connected(stack, "reports") as reports:
        made = "SELECT count(*) FROM sender_block WHERE report_id = %s"
        assert column(reports, made, report) == [1]
        lines = "SELECT count(*) FROM report_history WHERE report_id = %s AND action = 'forget'"
        assert column(reports, lines, forgotten) == [1]
        kept = "SELECT count(*) FROM report_sender WHERE report_id = %s"
        assert column(reports, kept, forgotten) == [0]
    stack.kill("reports")
    lift = (supervisor, f"/v1/blocks/{answers[0]['id']}/lift", {"reason": "error"}, str(uuid4()))
    first = insist(*lift).json
    stack.kill("reports")
    assert insist(*lift).json == first and not first["active"]
    insist(newcomer, "/v1/reports", REPORT, str(uuid4()))
    journal = Journal(stack, citizen)
    eventually(lambda: not journal.unsettled(), 60, "empty outboxes and inboxes")


def _refused(client: Client) -> Answer | None:
    try:
        answer = client.post("/v1/reports", REPORT)
    except TRANSPORT_ERRORS:
        return None
    assert answer.status in (403, 503), answer.text
    return answer if answer.status == 403 else None
