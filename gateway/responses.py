"""Answers and problems in their HTTP form."""

from __future__ import annotations

import hashlib
from typing import Any

from werkzeug.wrappers import Response

from services.chassis import jsontext
from services.chassis.errors import DomainError
from services.chassis.text import Language

JSON = "application/json; charset=utf-8"
PROBLEM = "application/problem+json; charset=utf-8"
# enough to mend a request; what a hostile one names is not sent back in full
MOST_ERRORS, LONGEST_NAME, LONGEST_WORDS = 50, 100, 1_000


def answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; one that has a version gets an ETag that begins with it."""
    body = jsontext.dumps(value)
    response = Response(body, status, headers or {}, content_type=JSON)
    if isinstance(value, dict) and isinstance(value.get("version"), int):
        response.headers["ETag"] = _entity_tag(value["version"], body)
    return response


def public(body: str | bytes, media_type: str, seconds: int) -> Response:
    """What is the same for everybody: any cache may keep it for so long, then asks again."""
    raw = body.encode() if isinstance(body, str) else body
    headers = {
        "ETag": f'"{hashlib.sha256(raw).hexdigest()[:16]}"',
        "Cache-Control": f"public, max-age={seconds}",
    }
    return Response(raw, 200, headers, content_type=media_type)


def _entity_tag(version: int, body: str) -> str:
    """Version and digest: counts, languages and rights change what is shown, not the version."""
    return f'"{version}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"'


def problem(error: DomainError, language: Language, request_id: str) -> Response:
    """An error as RFC 9457 problem details in the caller's language."""
    body = {
        "type": f"/problems/{error.code}",
        "title": error.title.in_language(language),
        "status": error.status,
        "detail": error.detail.in_language(language)[:LONGEST_WORDS],
        "code": error.code,
        "errors": [
            {
                "field": e.field[:LONGEST_NAME],
                "code": e.code,
                "message": e.message.in_language(language)[:LONGEST_WORDS],
            }
            for e in error.errors[:MOST_ERRORS]
        ],
        "request_id": request_id,
    }
    response = Response(jsontext.dumps(body), error.status, content_type=PROBLEM)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
