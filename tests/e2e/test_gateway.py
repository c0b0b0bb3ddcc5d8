"""What the gateway answers by itself, and how it refuses."""

from __future__ import annotations

import secrets

import pytest
from kombu import Connection, Queue

from infra.local.stack import Stack
from services.chassis.topology import exchange
from services.reports.contract import SUBMITTED
from tests.client import Client
from tests.waiting import eventually

PLAIN = {"Content-Type": "text/plain"}


def test_everything_is_ready(guest: Client) -> None:
    assert guest.get("/readyz").status == 200
    found = guest.get("/readyz?all=1").json
    assert found["ready"] is True
    assert set(found["services"]) == {"gateway", "registry", "reports", "notify", "permits"}


@pytest.mark.parametrize("path", ["/", "/openapi.json", "/asyncapi.json"])
def test_documents(guest: Client, path: str) -> None:
    answer = guest.get(path)
    assert answer.status == 200 and answer.json
    assert guest.get(path, If_None_Match=answer.headers["ETag"]).status == 304


def test_permit_types_in_both_languages(guest: Client) -> None:
    listed = guest.get("/v1/permit-types").json
    assert len(listed["items"]) >= 2 and listed["next"] is None
    code = listed["items"][0]["code"]
    english = guest.get(f"/v1/permit-types/{code}").json
    indonesian = guest.get(f"/v1/permit-types/{code}", Accept_Language="id").json
    wanted = {"code", "name", "form", "documents", "steps", "fee", "service_level"}
    assert wanted <= set(english)
    assert english["name"] != indonesian["name"]
    assert guest.get("/v1/permit-types/nope").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/nope", None, {}, 404, "not_found"),
        ("GET", "/v1/reports/not-a-uuid", None, {}, 422, "invalid"),
        ("DELETE", "/v1/reports", None, {}, 405, "method_not_allowed"),
        ("POST", "/v1/reports", b"{", {}, 400, "malformed"),
        ("POST", "/v1/reports", b'{"a":1,"a":2}', {}, 400, "malformed"),
        ("POST", "/v1/reports", b"\xff", {}, 400, "malformed"),
        ("POST", "/v1/reports", b"[]", {}, 400, "malformed"),
        ("POST", "/v1/reports", b"x", PLAIN, 415, "unsupported_media_type"),
        ("POST", "/v1/reports", b"x" * 1_000_001, {}, 413, "too_large"),
        ("POST", "/v1/reports", b"{}", {"Idempotency-Key": "a b"}, 400, "malformed"),
        ("POST", "/v1/reports", b"{}", {"If-Match": "three"}, 400, "malformed"),
        ("GET", "/v1/reports?limit=1&limit=2", None, {}, 400, "malformed"),
        ("GET", "/v1/reports?nope=1", None, {}, 422, "invalid"),
        ("GET", "/v1/reports?limit=101", None, {}, 422, "invalid"),
        ("GET", "/v1/notifications", None, {}, 401, "unauthenticated"),
        ("GET", "/v1/reports", None, {"Authorization": "Basic eA=="}, 401, "unauthenticated"),
        ("GET", "/v1/reports", None, {"Authorization": "Bearer x"}, 401, "unauthenticated"),
    ],
)  # fmt: skip
def test_refusals(
    guest: Client, method: str, path: str, body: bytes | None, headers: dict[str, str],
    status: int, code: str,
) -> None:  # fmt: skip
    answer = guest.send(method, path, body, headers)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["status"] == status and answer.headers["X-Request-Id"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_request_id_is_given_back(guest: Client) -> None:
    assert guest.get("/v1/reports", X_Request_Id="my-own-1").headers["X-Request-Id"] == "my-own-1"
    assert guest.get("/v1/reports", X_Request_Id="<x>").headers["X-Request-Id"] != "<x>"


def test_a_trace_goes_from_http_through_rpc_into_the_event(stack: Stack, guest: Client) -> None:
    trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    with Connection(stack.rabbitmq.url()) as broker:
        queue = Queue("", exchange(SUBMITTED.exchange), routing_key=SUBMITTED.type, exclusive=True)
        bound = queue(broker.channel())
        bound.declare()
        report = {"category": "sampah", "description": "x", "lat": -6.3223, "long": 106.6943}
        made = guest.post("/v1/reports", report, traceparent=trace).json
        event = eventually(lambda: bound.get(no_ack=True)).payload
    assert event["data"]["report_id"] == made["id"]
    assert event["traceparent"].split("-")[1] == trace.split("-")[1]
