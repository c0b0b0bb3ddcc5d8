"""OpenAPI 3.1, made from the routes and the contracts."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from gateway import responses
from gateway.contract import GATEWAY
from gateway.open311 import openapi as open311
from gateway.open311.operations import OPEN311
from gateway.public.operations import PUBLIC
from gateway.routes import CONTRACTS, ROUTES, By, Route
from services.chassis import fields
from services.chassis.contract import Kind
from services.chassis.principal import Role

_ALWAYS = {
    400: "The request cannot be read",
    408: "The request took too long to arrive",
    413: "The request is too large",
    414: "The address is too long",
    417: "Expect may only be 100-continue",
    422: "Some fields are not right",
    429: "Too many requests",
    431: "The headers are too many or too large",
    500: "Something went wrong on our side",
    503: "Briefly unavailable; try again",
}
_NOT_MODIFIED = "You have the latest"
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_PICTURES = ("image/jpeg", "image/png", "image/webp")


class ProblemField(fields.Schema):
    """What is wrong with one field."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True, max=responses.LONGEST_WORDS)


class Problem(fields.Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True, min=400, max=599)
    detail = fields.String(required=True, max=responses.LONGEST_WORDS)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemField), required=True)
    request_id = fields.String(required=True)


def document() -> dict[str, Any]:
    """The whole document."""
    spec = new_spec()
    for route in documented():
        spec.path(route.path, operations={route.method.lower(): _operation(route)})
    found: dict[str, Any] = spec.to_dict()
    return found


def documented() -> list[Route]:
    """The routes that stand in the document."""
    return [route for route in ROUTES if route.is_documented]


def new_spec() -> APISpec:
    """A spec with what all our documents share."""
    spec = APISpec(
        title="Kota Cerdas",
        version="1",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": "City services. Layanan kota.", "license": {"name": "Apache-2.0"}},
        tags=[
            {"name": c.service, "description": _both(c.summary)}
            for c in (*CONTRACTS, PUBLIC, OPEN311, GATEWAY)
        ],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    return spec


def _operation(route: Route) -> dict[str, Any]:
    operation = route.operation
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [route.service],
        "summary": str(operation.summary),
        "description": f"{operation.summary.id}. {_access(route)}",
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.method == "POST":
        found["requestBody"] = _request_body(route)
    if route.by is By.OPEN311:
        return found | open311.described(route, found)
    if not route.ignores_token:
        found["security"] = [{"token": []}]
        if Role.GUEST in operation.access:
            found["security"].append({})
    return found


def _access(route: Route) -> str:
    return f"For: {', '.join(sorted(role.value for role in route.operation.access))}."


def _parameters(route: Route) -> list[dict[str, Any]]:
    asked = route.operation.request
    found: list[dict[str, Any]] = []
    in_path = route.parameters
    if in_path:
        found.append({"in": "path", "schema": _part(asked, only=in_path)})
    if route.method == "GET":
        found.append({"in": "query", "schema": _part(asked, exclude=in_path)})
    found.append(_header("Accept-Language", "id (default) or en"))
    if route.by is By.STREAM:
        found.append(_header("Last-Event-ID", "replay what came after this id"))
    if route.method == "POST" and route.operation.kind is Kind.COMMAND:
        if route.operation.idempotent:
            found.append(_header("Idempotency-Key", "repeat a request safely"))
        found.append(_header("If-Match", 'the version you saw, such as "3", or the ETag'))
        found.append(_header("Device-Id", "what the device calls itself: random, 16 to 128"))
    return found


def _request_body(route: Route) -> dict[str, Any]:
    if route.by is By.UPLOAD:
        form = {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}
        content = {kind: {"schema": _BINARY} for kind in _PICTURES}
        return {"required": True, "content": content | {"multipart/form-data": {"schema": form}}}
    schema = _part(route.operation.request, exclude=route.parameters)
    needed = any(field.required for field in schema.fields.values())
    return {"required": needed, "content": {"application/json": {"schema": schema}}}


def _responses(route: Route) -> dict[str, Any]:
    is_json = route.gives.endswith("json")
    schema = {"schema": route.operation.response if is_json else {"type": "string"}}
    found: dict[str, Any] = {
        str(route.status): {"description": "Done", "content": {route.gives: schema}}
    }
    if route.method == "GET":
        found["304"] = {"description": _NOT_MODIFIED}
    for status, words in sorted(_problems(route).items()):
        content = {"application/problem+json": {"schema": Problem}}
        found[str(status)] = {"description": words, "content": content}
    return found


def _problems(route: Route) -> dict[int, str]:
    found = _ALWAYS | {error.status: str(error.title) for error in route.operation.errors}
    if route.method == "POST":
        found[415] = "The body is of another kind than asked for"
    if not route.ignores_token:
        found[401] = "The token is missing or not valid"
    if Role.GUEST not in route.operation.access:
        found[403] = "You may not do this"
    if route.parameters:
        found.setdefault(404, "Not found")
    return found


def _part(schema: type[ma.Schema], **which: Any) -> ma.Schema:
    return schema(**which)


def _header(name: str, words: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": words, "schema": {"type": "string"}}


def _name(schema: Any) -> str:
    """Schemas are shown under their own name; a part of one is written out where it stands."""
    if isinstance(schema, ma.Schema) and (schema.only or schema.exclude):
        return ""
    cls = schema if isinstance(schema, type) else type(schema)
    home = cls.__module__.split(".")
    return f"{home[1] if home[0] == 'services' else home[0]}.{cls.__name__}"


def _both(words: Any) -> str:
    return f"{words} · {words.id}"
