"""What no contract names any more is told from what is not ours."""

from __future__ import annotations

from typing import Any

from infra.kota.contracts import all_contracts
from infra.rabbitmq.leftovers import Binding, _wanted, leftovers
from services.chassis import topology

CONTRACTS = all_contracts()
OLD = "reports.told_long_ago.v1"


# what makes a queue ours, as the topology job declares it
LETTERS = {
    subscription.queue: {
        "x-dead-letter-exchange": "dead-letters",
        "x-dead-letter-routing-key": subscription.service,
    }
    for contract in CONTRACTS
    for subscription in contract.subscriptions
}


def binding(source: str, destination: str, key: str, kind: str = "queue") -> dict[str, Any]:
    return {"vhost": "/", "source": source, "destination": destination, "routing_key": key,
            "destination_type": kind}  # fmt: skip


def queue(name: str, **arguments: str) -> dict[str, Any]:
    return {"vhost": "/", "name": name, "arguments": arguments}


def event_queue(name: str, service: str) -> dict[str, Any]:
    letters = {"x-dead-letter-exchange": "dead-letters", "x-dead-letter-routing-key": service}
    return queue(name, **letters)


def definitions() -> dict[str, Any]:
    """Just what the contracts name."""
    kinds = {True: "exchange", False: "queue"}
    named = [one for contract in CONTRACTS for one in topology.queues(contract)]
    return {
        "queues": [queue(one.name, **LETTERS.get(one.name, {})) for one in named],
        "bindings": [
            binding(one.source, one.destination, one.key, kinds[one.to_exchange])
            for one in _wanted(CONTRACTS)
        ],
    }


def test_what_the_contracts_name_stays() -> None:
    found = leftovers(definitions(), CONTRACTS)
    assert not found, found


def test_old_things_of_ours_are_found() -> None:
    there = definitions()
    there["queues"].append(event_queue(OLD, "reports"))
    old = [
        binding("registry.events", OLD, "id.kota.registry.account.created.v1"),
        binding("registry.events", "notify.tell_people.v1", "id.kota.registry.gone.v1"),
        binding("gateway.rpc", "nameko-rpc", "registry.contact_of_account", "exchange"),
        binding("billing.rpc", "nameko-rpc", "*", "exchange"),
    ]
    there["bindings"] += old
    found = leftovers(there, CONTRACTS)
    assert list(found.queues) == [OLD] and len(found.queues[OLD]) == 1
    assert found.outlets == ["billing.rpc"]
    assert found.bindings == [
        Binding("gateway.rpc", "nameko-rpc", "registry.contact_of_account", to_exchange=True),
        Binding("registry.events", "notify.tell_people.v1", "id.kota.registry.gone.v1"),
    ]


def test_what_others_made_is_left_alone() -> None:
    there = definitions()
    there["queues"] += [
        queue("reports.copy.v1"), queue("rpc-billing"), event_queue("elsewhere", "reports"),
        {"vhost": "other", "name": OLD, "arguments": event_queue(OLD, "reports")["arguments"]},
    ]  # fmt: skip
    there["bindings"] += [
        binding("reports.events", "reports.copy.v1", "#"),
        binding("nameko-rpc", "rpc-billing", "billing.*"),
        binding("theirs", "rpc-reports", "x"),
        binding("reports.events", "theirs", "#", "exchange"),
    ]
    assert not leftovers(there, CONTRACTS)
