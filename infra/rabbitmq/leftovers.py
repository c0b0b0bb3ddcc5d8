"""What earlier versions left on the broker: of ours, but named by no contract any more.

Ours are, besides what the contracts name: event queues, by their dead letters, which go to our
exchange under the name of the queue's service; and outlets, since they lead to RPC. Anything else
is somebody else's, and so is a binding to or from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis import topology
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import Contract, dead_letter_exchange, event_exchange


@dataclass(frozen=True, order=True)
class Binding:
    """From an exchange to a queue, or to another exchange."""

    source: str
    destination: str
    key: str
    to_exchange: bool = False

    def __str__(self) -> str:
        """For people."""
        return f"binding {self.source} -> {self.destination} ({self.key})"


@dataclass(frozen=True)
class Leftovers:
    """What may go: bindings, outlets (exchanges), and queues with the bindings to each."""

    bindings: Sequence[Binding]
    outlets: Sequence[str]
    queues: Mapping[str, Sequence[Binding]]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.bindings or self.outlets or self.queues)


def leftovers(
    definitions: Mapping[str, Any], contracts: Sequence[Contract], vhost: str = "/"
) -> Leftovers:
    """Find them. definitions: as RabbitMQ exports them."""
    queues, bindings = _of(definitions, "queues", vhost), _bindings(definitions, vhost)
    named, wanted = _queues(contracts), _wanted(contracts)
    places = named | _exchanges(contracts)
    old = sorted(q["name"] for q in queues if _is_ours(q) and q["name"] not in named)
    outlets = {one.source for one in bindings if _is_outlet(one)}
    return Leftovers(
        sorted(b for b in bindings - wanted if {b.source, b.destination} <= places),
        sorted(outlets - {topology.rpc_outlet(one) for one in topology.processes(contracts)}),
        {name: sorted(b for b in bindings if b.destination == name) for name in old},
    )


def _wanted(contracts: Sequence[Contract]) -> set[Binding]:
    queues = [queue for contract in contracts for queue in topology.queues(contract)]
    bound = {Binding(source, q.name, key) for q in queues for source, key in topology.sources(q)}
    return bound | {
        Binding(topology.rpc_outlet(process), topology.RPC_EXCHANGE, key, to_exchange=True)
        for process in topology.processes(contracts)
        for key in topology.sent(process, contracts)
    }


def _exchanges(contracts: Sequence[Contract]) -> set[str]:
    events = {event_exchange(contract.service) for contract in contracts}
    outlets = {topology.rpc_outlet(process) for process in topology.processes(contracts)}
    return events | outlets | {SEAL_MADE.exchange, topology.RPC_EXCHANGE, dead_letter_exchange()}


def _queues(contracts: Sequence[Contract]) -> set[str]:
    return {queue.name for contract in contracts for queue in topology.queues(contract)}


def _is_ours(queue: Mapping[str, Any]) -> bool:
    arguments = queue.get("arguments", {})
    service = arguments.get("x-dead-letter-routing-key")
    is_dead_lettered = arguments.get("x-dead-letter-exchange") == dead_letter_exchange()
    return is_dead_lettered and bool(service) and str(queue["name"]).startswith(f"{service}.")


def _is_outlet(binding: Binding) -> bool:
    outlet = topology.rpc_outlet(binding.source.partition(".")[0])
    return binding.source == outlet and binding.destination == topology.RPC_EXCHANGE


def _bindings(definitions: Mapping[str, Any], vhost: str) -> set[Binding]:
    return {
        Binding(b["source"], b["destination"], b["routing_key"], b["destination_type"] != "queue")
        for b in _of(definitions, "bindings", vhost)
    }


def _of(definitions: Mapping[str, Any], kind: str, vhost: str) -> list[Mapping[str, Any]]:
    return [one for one in definitions.get(kind, ()) if one["vhost"] == vhost]
