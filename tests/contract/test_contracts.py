"""What the contracts say is what the services do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from gateway.open311.operations import OPEN311
from gateway.routes import CONTRACTS, ROUTES, By
from services.chassis.chassis_contract import READINESS, SEAL_MADE, complete
from services.chassis.contract import Contract
from services.chassis.events import EventEntrypoint
from services.chassis.principal import EVERYBODY, Role
from services.chassis.rpc_server import Rpc
from services.chassis.text import Text
from services.notify.contract import READ_FEED
from services.registry.contract import OPEN_APP
from services.reports.contract import CIFS_INCIDENTS, FIND_REPORTS, SUBMIT_REQUEST
from services.reports.open_data_contract import OPEN_DATA_FILE

COMPLETE = [complete(contract) for contract in CONTRACTS]
each_contract = pytest.mark.parametrize("contract", COMPLETE, ids=lambda c: c.service)


def entrypoints(contract: Contract) -> dict[str, Any]:
    """method name → entrypoint of the service class."""
    module = import_module(f"services.{contract.service}.service")
    (service,) = [
        found for found in vars(module).values() if getattr(found, "name", "") == contract.service
    ]
    return {
        name: next(iter(method.nameko_entrypoints))
        for name, method in vars(service).items()
        if hasattr(method, "nameko_entrypoints")
    }


@each_contract
def test_each_operation_is_served_and_nothing_else(contract: Contract) -> None:
    served = {name for name, entry in entrypoints(contract).items() if isinstance(entry, Rpc)}
    offered = [operation.name for operation in contract.operations]
    assert served == set(offered) and len(offered) == len(set(offered))


@each_contract
def test_each_subscription_has_its_handler(contract: Contract) -> None:
    handled = {
        entry.subscription
        for entry in entrypoints(contract).values()
        if isinstance(entry, EventEntrypoint)
    }
    assert handled == set(contract.subscriptions)


def test_consumers_are_those_who_subscribe() -> None:
    heard: dict[str, set[str]] = {}
    for contract in COMPLETE:
        for subscription in contract.subscriptions:
            for event in subscription.events:
                heard.setdefault(event.type, set()).add(contract.service)
    for contract in COMPLETE:
        for event in contract.events:
            assert set(event.consumers) == heard.get(event.type, set()), event.type
    assert heard[SEAL_MADE.type] == {contract.service for contract in COMPLETE}


@each_contract
def test_words_are_in_both_languages(contract: Contract) -> None:
    said: list[Text] = [contract.summary]
    said += [operation.summary for operation in contract.operations]
    said += [error.title for operation in contract.operations for error in operation.errors]
    said += [event.summary for event in contract.events]
    for words in said:
        assert isinstance(words, Text) and words.id and str(words) != words.id


def test_each_operation_has_exactly_one_route() -> None:
    services = {contract.service for contract in COMPLETE}
    routed = [
        (route.service, route.operation.name) for route in ROUTES if route.service in services
    ]
    # asked by /readyz?all=1, /v1/stream, the routes of Open311, those of files and of CIFS
    behind = (
        READINESS, READ_FEED, OPEN_APP, FIND_REPORTS, SUBMIT_REQUEST, OPEN_DATA_FILE,
        CIFS_INCIDENTS,
    )  # fmt: skip
    offered = [
        (contract.service, operation.name)
        for contract in COMPLETE
        for operation in contract.operations
        if operation not in behind and not operation.is_internal
    ]
    assert sorted(routed) == sorted(offered)


def test_each_operation_of_open311_has_exactly_one_route() -> None:
    routed = [route.operation.name for route in ROUTES if route.by is By.OPEN311]
    assert sorted(routed) == sorted(operation.name for operation in OPEN311.operations)


def test_an_app_may_send_in_reports_and_nothing_else() -> None:
    open_to_apps = [
        operation
        for contract in COMPLETE
        for operation in contract.operations
        if Role.APP in operation.access
    ]
    assert open_to_apps == [SUBMIT_REQUEST]


def test_each_route_says_who_may_use_it() -> None:
    for route in ROUTES:
        assert route.operation.access and route.operation.access <= EVERYBODY


def test_only_ids_and_codes_travel_in_events() -> None:
    personal = {"email", "contact_email", "phone", "nik", "description", "login", "name", "code"}
    for contract in COMPLETE:
        for event in contract.events:
            assert not personal & set(event.data().fields), event.type
