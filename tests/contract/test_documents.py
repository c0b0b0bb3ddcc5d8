"""The documents that are made from the contracts."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway import asyncapi, openapi
from gateway.routes import CONTRACTS, ROUTES, By, Route
from services.chassis.fields import load
from services.chassis.principal import Role


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def operation(document: dict[str, Any], route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][route.path][route.method.lower()]
    return found


def test_openapi_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


@pytest.mark.parametrize("route", openapi.documented(), ids=lambda r: f"{r.method} {r.path}")
def test_each_route_is_documented(document: dict[str, Any], route: Route) -> None:
    found = operation(document, route)
    answers = set(found["responses"])
    assert {str(route.status), "400", "408", "413", "429", "431", "500", "503"} <= answers
    # Open311 has 400 for both
    assert "422" in answers or route.by is By.OPEN311
    assert {str(error.status) for error in route.operation.errors} <= answers
    if Role.GUEST not in route.operation.access:
        assert {"401", "403"} <= answers and {} not in found["security"]
    names = {p["name"] for p in found["parameters"] if p["in"] == "path"}
    assert names == set(route.parameters)
    if route.method == "POST":
        assert "requestBody" in found


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_examples_are_right(route: Route) -> None:
    asked = route.operation.request()
    examples = {
        name: field.metadata["example"]
        for name, field in asked.fields.items()
        if "example" in field.metadata
    }
    load(route.operation.request(only=tuple(examples)), examples)


def test_asyncapi_names_every_event_and_listener() -> None:
    found = asyncapi.document()
    for contract in CONTRACTS:
        for event in contract.events:
            assert event.type in found["channels"]
        for subscription in contract.subscriptions:
            for event in subscription.events:
                name = f"{subscription.service}.{subscription.handler}.{event.type}"
                assert found["operations"][name]["action"] == "receive"
    for message in found["components"]["messages"].values():
        data = message["payload"]["allOf"][1]["properties"]["data"]["$ref"]
        assert data.rpartition("/")[2] in found["components"]["schemas"]
