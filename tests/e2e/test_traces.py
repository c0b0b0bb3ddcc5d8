"""What belongs together can be found together: one trace, and one id in every line of the logs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from tests.client import Client
from tests.collector import Collector, Seen, collecting
from tests.e2e.test_journey import REPORT
from tests.reliability.databases import change, column, connected
from tests.waiting import eventually

SERVER, CLIENT, CONSUMER = 2, 3, 5
WAY = [
    ("gateway", "POST /v1/reports", SERVER),
    ("gateway", "reports.submit_report", CLIENT),
    ("reports", "submit_report", SERVER),
    ("notify", "tell_people", CONSUMER),
]


@pytest.fixture
def collector(stack: Stack) -> Iterator[Collector]:
    port = urlsplit(stack.environment("gateway")["OTLP_ENDPOINT"]).port
    assert port is not None
    with collecting(port) as found:
        yield found


@pytest.fixture
def trace() -> str:
    return secrets.token_hex(16)


def headers(trace: str, request_id: str = "") -> dict[str, str]:
    given = {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    return given | ({"X-Request-Id": request_id} if request_id else {})


def chain_to(span: Seen, spans: list[Seen]) -> list[tuple[str, str, int]]:
    """From the first span to this one."""
    by_id = {one.id: one for one in spans}
    above = chain_to(by_id[span.parent], spans) if span.parent in by_id else []
    return [*above, (span.service, span.name, span.kind)]


def way_to_people(spans: list[Seen]) -> list[tuple[str, str, int]]:
    return next((chain_to(span, spans) for span in spans if span.name == "tell_people"), [])


def test_one_trace_from_the_request_to_the_notification(
    collector: Collector, citizen: Client, trace: str
) -> None:
    words = f"Kenari {uuid4().hex}"
    made = citizen.send(
        "POST", "/v1/reports?x=1", REPORT | {"description": words}, headers(secrets.token_hex(16))
    )
    assert made.status == 422
    made = citizen.send("POST", "/v1/reports", REPORT | {"description": words}, headers(trace))
    assert made.status == 201
    # each process sends its own, in its own time
    eventually(lambda: way_to_people(collector.of_trace(trace)) == WAY, 20, "a connected trace")
    assert words not in repr(collector.spans) and made.json["id"] not in repr(collector.spans)


def test_lines_of_a_failed_request_name_request_and_trace(
    stack: Stack, guest: Client, trace: str
) -> None:
    request_id = f"test-{uuid4()}"
    report = guest.post("/v1/reports", REPORT | {"visibility": "public"}).json["id"]
    with connected(stack, "reports", owner=True) as reports:
        change(reports, "ALTER TABLE report_history RENAME TO report_history_away")
        try:
            asked = headers(trace, request_id)
            answer = guest.send("GET", f"/v1/reports/{report}/timeline", None, asked)
        finally:
            change(reports, "ALTER TABLE report_history_away RENAME TO report_history")
    assert answer.status == 500 and answer.headers["X-Request-Id"] == request_id
    lines = lines_about(stack.state.logs / "reports.log", request_id)
    assert [line["event"] for line in lines] == ["operation failed"]
    assert lines[0]["trace_id"] == trace


def test_lines_of_a_failed_event_name_event_and_trace(
    stack: Stack, citizen: Client, trace: str
) -> None:
    log = stack.state.logs / "notify.log"
    with connected(stack, "notify", owner=True) as notify:
        change(notify, "ALTER TABLE notification RENAME TO notification_away")
        try:
            made = citizen.send("POST", "/v1/reports", REPORT, headers(trace))
            eventually(lambda: bool(lines_about(log, trace)), 20, "the failure's line")
        finally:
            change(notify, "ALTER TABLE notification_away RENAME TO notification")
        done = "SELECT state FROM chassis.inbox WHERE subject = %s AND handler = 'tell_people'"
        eventually(lambda: column(notify, done, made.json["id"]) == ["done"])
        known = column(notify, "SELECT event_id::text FROM chassis.inbox WHERE subject = %s",
                       made.json["id"])  # fmt: skip
    line = lines_about(log, trace)[0]
    assert line["event"] == "event not handled"
    assert line["request_id"] in known and line["trace_id"] == trace


def lines_about(log: Path, word: str) -> list[dict[str, Any]]:
    found = [line for line in log.read_text(errors="replace").splitlines() if word in line]
    return [json.loads(line) for line in found]
