"""How OpenAPI describes the routes of Open311: other forms in, other forms and errors out."""

from __future__ import annotations

from typing import Any

from gateway.open311 import formats
from gateway.open311.asking import MULTIPART, URLENCODED
from gateway.open311.operations import ARRAYS
from gateway.open311.refusals import KEPT
from gateway.open311.schemas import Error
from gateway.responses import JSON
from gateway.routes import Route

_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
# the server may refuse what it has not read to its end, and so does not know whose form to use
_BEFORE_ANY_ROUTE = frozenset({408, 413, 414, 431, 503})
_REFUSED = "Something is not right; each error says what"


def described(route: Route, problems: dict[str, Any]) -> dict[str, Any]:
    """Responses and body of a route. problems: as the other routes answer them."""
    found: dict[str, Any] = {"responses": _responses(route, problems["responses"])}
    if route.method == "POST":
        found["requestBody"] = _body(route)
        found["parameters"] = [*problems["parameters"], _prefer()]
    return found


def _responses(route: Route, problems: dict[str, Any]) -> dict[str, Any]:
    operation = route.operation
    answer: dict[str, Any] = {"schema": operation.response}
    if operation in ARRAYS:
        answer = {"schema": {"type": "array", "items": operation.response}}
    content = {_bare(JSON): answer, _bare(formats.XML): {"schema": {"type": "string"}}}
    if route.method == "GET":
        content[_bare(formats.JAVASCRIPT)] = {"schema": {"type": "string"}}
    found = {"200": {"description": "Done", "content": content}, "400": _refusal(_REFUSED)}
    for status, problem in problems.items():
        if int(status) in KEPT or int(status) >= 500:
            found[status] = _refusal(problem["description"])
        if int(status) in _BEFORE_ANY_ROUTE:
            found[status]["content"] |= problem["content"]
    return dict(sorted(found.items()))


def _refusal(words: str) -> dict[str, Any]:
    errors = {"schema": {"type": "array", "items": Error}}
    content = {_bare(JSON): errors, _bare(formats.XML): {"schema": {"type": "string"}}}
    return {"description": words, "content": content}


def _body(route: Route) -> dict[str, Any]:
    asked = route.operation.request
    form = {"schema": asked(exclude=route.parameters)}
    with_files = {
        "allOf": [
            asked(exclude=route.parameters),
            {"type": "object", "properties": {"media": {"type": "array", "items": _FILE}}},
        ]
    }
    encoding = {"attribute": {"style": "deepObject", "explode": True}}
    return {
        "required": True,
        "content": {
            URLENCODED: form | {"encoding": encoding},
            MULTIPART: {"schema": with_files},
        },
    }


def _prefer() -> dict[str, Any]:
    words = "respond-async: a token instead of the number"
    return {"in": "header", "name": "Prefer", "description": words, "schema": {"type": "string"}}


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0]
