"""OpenAPI says what the gateway does: access, problems, parameters, names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest

from gateway import openapi
from gateway.contract import GATEWAY
from gateway.open311.operations import OPEN311
from gateway.public.operations import PUBLIC
from gateway.rates import Rate
from gateway.routes import CONTRACTS, ROUTES, By, Route
from services.chassis.contract import Kind
from services.chassis.principal import Role

DOCUMENT = openapi.document()
DOCUMENTED = openapi.documented()
each_route = pytest.mark.parametrize("route", DOCUMENTED, ids=lambda r: f"{r.method} {r.path}")
PROBLEM = "application/problem+json"
# what Open311 answers with, right or wrong; JSONP is for reading
FORMATS = {"application/json", "text/xml", "application/javascript"}


def described(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def test_nothing_but_the_routes_is_described() -> None:
    found = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert found == {(route.path, route.method.lower()) for route in DOCUMENTED}


def test_operations_are_named_once() -> None:
    names = [described(route)["operationId"] for route in DOCUMENTED]
    assert len(names) == len(set(names)) == len(DOCUMENTED)


def _of_open311(status: str, answer: dict[str, Any]) -> None:
    wanted = FORMATS if status == "200" else {"application/json", "text/xml"}
    # what the server refuses before it knows the route
    wanted |= {PROBLEM} if status in ("408", "413", "414", "431", "503") else set()
    assert set(answer["content"]) <= wanted and answer["description"]
    if status != "200":
        errors = answer["content"]["application/json"]["schema"]
        assert errors["type"] == "array" and errors["items"]["$ref"].endswith(".Error")


@each_route
def test_every_problem_has_the_form_of_a_problem(route: Route) -> None:
    for status, answer in described(route)["responses"].items():
        if route.by is By.OPEN311:
            _of_open311(status, answer)
            continue
        if status == "304":
            assert "content" not in answer
            continue
        kind = PROBLEM if int(status) >= 400 else route.gives
        assert list(answer["content"]) == [kind] and answer["description"]
        if kind == PROBLEM:
            assert answer["content"][kind]["schema"]["$ref"].endswith(".Problem")


@each_route
def test_access_is_told(route: Route) -> None:
    found = described(route)
    for role in route.operation.access:
        assert role.value in found["description"]
    security: list[dict[str, Any]] = found.get("security", [])
    if route.ignores_token:
        assert not security
    else:
        assert {"token": []} in security and "401" in found["responses"]
        assert ({} in security) == (Role.GUEST in route.operation.access)
    assert ("403" in found["responses"]) >= (Role.GUEST not in route.operation.access)


@each_route
def test_every_field_that_is_asked_stands_in_one_place(route: Route) -> None:
    found = described(route)
    places = {p["name"]: p["in"] for p in found["parameters"] if p["in"] != "header"}
    asked = set(route.operation.request().fields)
    if route.method == "GET":
        assert set(places) == asked and "requestBody" not in found
        return
    if route.by is By.UPLOAD:
        assert "multipart/form-data" in found["requestBody"]["content"]
        return
    form = "application/x-www-form-urlencoded"
    kind = form if route.by is By.OPEN311 else "application/json"
    body = found["requestBody"]["content"][kind]["schema"]
    while "$ref" in body:
        body = DOCUMENT["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert set(body.get("properties", {})) | set(places) == asked
    assert not set(body.get("properties", {})) & set(places)


@each_route
def test_required_is_required(route: Route) -> None:
    for parameter in described(route)["parameters"]:
        if parameter["in"] in ("path", "query"):
            field = route.operation.request().fields[parameter["name"]]
            assert parameter.get("required", False) == (field.required or parameter["in"] == "path")


@each_route
def test_headers_of_commands_are_described(route: Route) -> None:
    names = {p["name"] for p in described(route)["parameters"] if p["in"] == "header"}
    command = route.method == "POST" and route.operation.kind is Kind.COMMAND
    assert "Accept-Language" in names
    assert ("If-Match" in names) == command
    assert ("Idempotency-Key" in names) == (command and route.operation.idempotent)


@each_route
def test_own_refusals_of_bodies_are_described(route: Route) -> None:
    # Open311 knows 400, 403 and 404; what means something to HTTP is kept
    known = route.method == "POST" and route.by is not By.OPEN311
    assert ("415" in described(route)["responses"]) == known


def test_every_route_has_a_permission_and_a_rate() -> None:
    for route in ROUTES:
        assert route.operation.access and route.rate in Rate


def test_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    references = {found["$ref"] for found in walk(DOCUMENT) if "$ref" in found}
    assert references
    for reference in references:
        assert reference.startswith("#/components/schemas/")
        assert reference.rpartition("/")[2] in schemas


_BOUND_BY_THEMSELVES = (
    ma.fields.UUID, ma.fields.Boolean, ma.fields.Mapping, ma.fields.Nested, ma.fields.AwareDateTime,
)  # fmt: skip


def test_bounds_of_fields_reach_the_document() -> None:
    """Every text that is asked for has a length, every number bounds."""
    for route in DOCUMENTED:
        for name, field in route.operation.request().fields.items():
            told = field.metadata
            if isinstance(field, _BOUND_BY_THEMSELVES):
                continue
            assert {"maxLength", "maximum", "enum", "maxItems"} & set(told), (route.path, name)


def test_services_are_tags() -> None:
    tags = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    assert set(tags) == {contract.service for contract in (*CONTRACTS, PUBLIC, OPEN311, GATEWAY)}
    for contract in CONTRACTS:
        assert contract.summary.id in tags[contract.service]
