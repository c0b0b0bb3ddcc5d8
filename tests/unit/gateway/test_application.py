"""The gateway without server and services."""

from __future__ import annotations

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from gateway import requests
from gateway.application import Application
from services.chassis import errors
from services.chassis.errors import DomainError, Malformed
from tests.unit.gateway.making import FakeRpc, ask, make

BODY = {"category": "sampah", "description": "x", "lat": -6.3, "long": 106.7}
HEADERS = {"Idempotency-Key": "k", "If-Match": '"2"', "Accept-Language": "en"}
ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"


@pytest.fixture
def rpc() -> FakeRpc:
    return FakeRpc({"id": ID, "version": 3, "next": None})


@pytest.fixture
def application(rpc: FakeRpc) -> Application:
    return make(rpc)


def test_what_is_made_has_a_place_and_a_version(application: Application, rpc: FakeRpc) -> None:
    response = ask(application, "POST", "/v1/reports", json=BODY,
                   headers=HEADERS)  # fmt: skip
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/reports/{ID}"
    assert response.headers["ETag"].startswith('"3-')
    (service, operation, body, headers) = rpc.calls[0]
    assert (service, operation, body) == ("reports", "submit_report", BODY)
    assert (headers.idempotency_key, headers.if_match, headers.language) == ("k", 2, "en")
    assert 0 < headers.budget_ms <= 4000 and headers.traceparent


def test_nothing_is_called_for_bad_input(application: Application, rpc: FakeRpc) -> None:
    response = ask(application, "POST", "/v1/reports", json={"lat": 1})
    assert response.status_code == 422 and rpc.calls == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BrokerAway(), "broker_away"),
        (errors.ServiceTimeout(), "service_timeout"),
        (errors.UnknownService(), "unknown_service"),
        (errors.DatabaseAway(), "database_away"),
    ],
)
def test_what_is_away_is_503_and_told_apart(
    application: Application, rpc: FakeRpc, error: DomainError, code: str
) -> None:
    rpc.answer = error
    response = ask(application, "GET", f"/v1/reports/{ID}")
    assert response.status_code == 503 and response.headers["Retry-After"] == "2"
    assert response.json is not None and response.json["code"] == code


def test_a_defect_tells_nothing(application: Application, rpc: FakeRpc) -> None:
    rpc.answer = RuntimeError("canary")
    response = ask(application, "GET", f"/v1/reports/{ID}")
    assert response.status_code == 500 and b"canary" not in response.data


@pytest.mark.parametrize(
    ("token", "path", "status"),
    [
        (None, "/v1/notifications", 401),
        ("stale", "/v1/reports", 401),
        ("citizen", "/v1/notifications", 200),
        (None, "/v1/reports", 200),
    ],
)
def test_access(
    application: Application, rpc: FakeRpc, token: str | None, path: str, status: int
) -> None:
    headers = {"Authorization": f"bearer {token}"} if token else {}
    response = ask(application, "GET", path, headers=headers)
    assert response.status_code == status
    assert len(rpc.calls) == (1 if status == 200 else 0)


def test_the_wrong_role(application: Application) -> None:
    account = {"login": "abc", "password": "x" * 12, "role": "citizen"}
    response = ask(application, "POST", "/v1/accounts", json=account,
                   headers={"Authorization": "Bearer citizen"})  # fmt: skip
    assert response.status_code == 403


def test_a_stale_token_does_not_hinder_a_login(application: Application, rpc: FakeRpc) -> None:
    response = ask(application, "POST", "/v1/auth/token", json={"login": "a", "password": "b"},
                   headers={"Authorization": "Bearer stale"})  # fmt: skip
    assert response.status_code == 200 and rpc.calls[0][3].authorization is None


def test_a_field_comes_from_one_place(application: Application) -> None:
    response = ask(application, "POST", f"/v1/notifications/{ID}/read", json={"id": ID},
                   headers={"Authorization": "Bearer citizen"})  # fmt: skip
    assert response.status_code == 422
    response = ask(application, "POST", "/v1/reports?category=x", json=BODY)
    assert response.status_code == 422


def test_not_ready(application: Application) -> None:
    response = ask(application, "GET", "/readyz")
    assert response.status_code == 503 and response.headers["Retry-After"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"1", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":1e999}',
     b'{"a":"\\u0000"}', b"\xff", b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
     b'{"a":' + b"9" * 30 + b"}"],
)  # fmt: skip
def test_strict_json(raw: bytes) -> None:
    with pytest.raises(Malformed):
        requests.parse_json(raw)


def test_brackets_in_strings_are_not_nesting() -> None:
    text = "[" * 100
    assert requests.parse_json(b'{"a":"%s"}' % text.encode()) == {"a": text}


@pytest.mark.parametrize(
    ("given", "language"),
    [("", "id"), ("en", "en"), ("en;q=0.3, id", "id"), ("fr", "id"), ("en-GB,en;q=0.9", "en")],
)
def test_languages(given: str, language: str) -> None:
    builder = EnvironBuilder("/", headers=[("Accept-Language", given)])
    assert requests.language_of(Request(builder.get_environ())) == language
    builder.close()
