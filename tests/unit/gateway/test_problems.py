"""Every refusal at the edge: status, headers and words; and no service hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from gateway.application import Application
from services.chassis import errors
from services.chassis.errors import DomainError
from tests.unit.gateway.making import FakeRpc, ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
REPORT = {"category": "sampah", "description": "x", "lat": -6.3, "long": 106.7}
JSON_TYPE = {"content_type": "application/json"}


@pytest.fixture
def service() -> FakeRpc:
    """Must not be called unless `answer` is set."""
    return FakeRpc()


@pytest.fixture
def application(service: FakeRpc) -> Application:
    return make(service, ready=True)


def problem(response: Response) -> dict[str, Any]:
    """The problem document, checked for its form."""
    assert response.mimetype == "application/problem+json"
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    assert found["status"] == response.status_code
    assert found["type"] == f"/problems/{found['code']}"
    assert found["request_id"] == response.headers["X-Request-Id"]
    return found


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "code"),
    [
        ("GET", "/v1/nowhere", {}, 404, "not_found"),
        ("GET", "/v1/reports/", {}, 404, "not_found"),
        ("GET", "//v1/reports", {}, 404, "not_found"),
        ("DELETE", "/v1/reports", {}, 405, "method_not_allowed"),
        ("POST", "/", {}, 405, "method_not_allowed"),
        ("POST", "/openapi.json", {}, 405, "method_not_allowed"),
        ("GET", "/docs/nothing.js", {}, 404, "not_found"),
        ("GET", "/readyz?all=2", {}, 422, "invalid"),
        ("OPTIONS", "/v1/nowhere", {}, 404, "not_found"),
        ("POST", "/v1/reports", {"data": b"{}", "content_type": "text/plain"}, 415,
         "unsupported_media_type"),
        ("POST", "/v1/reports", {"data": b"{}"}, 415, "unsupported_media_type"),
        ("POST", "/v1/reports", {"data": b"{"} | JSON_TYPE, 400, "malformed"),
        ("POST", "/v1/reports", {"data": b"{}"} | JSON_TYPE, 422, "invalid"),
        ("POST", "/v1/reports", {"json": REPORT | {"lat": 91}}, 422, "invalid"),
        ("POST", "/v1/reports", {"json": REPORT, "headers": {"If-Match": "3"}}, 400, "malformed"),
        ("POST", "/v1/reports", {"json": REPORT, "headers": {"Idempotency-Key": "a b"}}, 400,
         "malformed"),
        ("GET", "/v1/reports?limit=1&limit=2", {}, 400, "malformed"),
        ("GET", "/v1/reports?limit=101", {}, 422, "invalid"),
        ("GET", f"/v1/reports/{ID}?id={ID}", {}, 422, "invalid"),
        ("GET", "/v1/reports/not-an-id", {}, 422, "invalid"),
        ("GET", "/v1/notifications", {}, 401, "unauthenticated"),
        ("GET", "/v1/reports", {"headers": {"Authorization": "Basic eDp4"}}, 401,
         "unauthenticated"),
        ("GET", "/v1/reports", {"headers": {"Authorization": "Bearer "}}, 401, "unauthenticated"),
    ],
)  # fmt: skip
def test_refused_before_any_service_is_asked(
    application: Application,
    service: FakeRpc,
    method: str,
    path: str,
    more: dict[str, Any],
    status: int,
    code: str,
) -> None:
    response = ask(application, method, path, **more)
    assert (response.status_code, problem(response)["code"]) == (status, code)
    assert service.calls == []


def test_405_tells_what_is_allowed(application: Application) -> None:
    response = ask(application, "DELETE", "/v1/reports")
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert ask(application, "GET", "/v1/auth/token").headers["Allow"] == "POST"


def test_401_tells_how_to_log_in(application: Application) -> None:
    assert ask(application, "GET", "/v1/auth/me").headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (errors.NotFound(), 404, None),
        (errors.Conflict(), 409, None),
        (errors.StaleVersion(), 412, None),
        (errors.IdempotencyKeyReused(), 422, None),
        (errors.TooManyRequests(retry_after=7), 429, "7"),
        (errors.InternalError(), 500, None),
        (errors.Unavailable(retry_after=9), 503, "9"),
    ],
)
def test_what_a_service_says_is_passed_on(
    application: Application, service: FakeRpc, error: DomainError, status: int, retry: str | None
) -> None:
    service.answer = error
    response = ask(application, "GET", f"/v1/reports/{ID}")
    assert (response.status_code, problem(response)["code"]) == (status, error.code)
    assert response.headers.get("Retry-After") == retry


def test_an_error_of_a_newer_service_is_shown_in_its_own_words(
    application: Application, service: FakeRpc
) -> None:
    data = errors.Conflict().data() | {
        "status": 418, "code": "brand_new", "detail": {"id": "Baru", "en": "New"},
    }  # fmt: skip
    service.answer = errors.from_data(data)
    found = problem(ask(application, "GET", f"/v1/reports/{ID}"))
    assert (found["status"], found["code"], found["detail"]) == (418, "brand_new", "Baru")


@pytest.mark.parametrize(("asked", "other"), [("id", "en"), ("en", "id")])
def test_all_words_are_in_the_asked_language(
    application: Application, asked: str, other: str
) -> None:
    def told(language: str) -> dict[str, Any]:
        headers = {"Accept-Language": language}
        return problem(ask(application, "POST", "/v1/reports", json={}, headers=headers))

    mine, theirs = told(asked), told(other)
    assert mine["title"] != theirs["title"]
    for left, right in zip(mine["errors"], theirs["errors"], strict=True):
        assert (left["field"], left["code"]) == (right["field"], right["code"])
        assert left["message"] != right["message"]


def test_without_a_wish_it_is_indonesian(application: Application) -> None:
    assert problem(ask(application, "GET", "/v1/x"))["title"] == errors.NotFound.title.id


def test_every_wrong_field_is_told_at_once(application: Application) -> None:
    found = problem(ask(application, "POST", "/v1/reports", json={"lat": "x", "nope": 1}))
    codes = {error["field"]: error["code"] for error in found["errors"]}
    assert codes == {
        "category": "required", "description": "required", "long": "required",
        "lat": "invalid", "nope": "unknown_field",
    }  # fmt: skip


@pytest.mark.parametrize("given", ["abcdefgh", "a.b_c-d.12345678", "x" * 64])
def test_a_request_id_is_echoed(application: Application, given: str) -> None:
    response = ask(application, "GET", "/", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["short", "x" * 65, "has blanks in it", "<script>alert"])
def test_a_strange_request_id_is_replaced(application: Application, given: str) -> None:
    response = ask(application, "GET", "/v1/x", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"] != given
    assert len(problem(response)["request_id"]) == 36


def test_nothing_guesses_content_types(application: Application, service: FakeRpc) -> None:
    service.answer = {"items": [], "next": None}
    for path in ("/", "/openapi.json", "/v1/reports", "/v1/x"):
        assert ask(application, "GET", path).headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_somebodys_own_is_not_stored(application: Application, service: FakeRpc) -> None:
    service.answer = {"items": [], "next": None}
    with_token = {"Authorization": "Bearer citizen"}
    mine = ask(application, "GET", "/v1/notifications", headers=with_token)
    assert mine.headers["Cache-Control"] == "no-store"
    assert "Authorization" in mine.headers["Vary"]
