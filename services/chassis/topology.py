"""Every queue and exchange, derived from the contracts.

The topology job declares all of it before the first service starts, so that no event is published
to a queue that is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from kombu import Connection, Exchange, Queue, binding

from services.chassis.contract import (
    Contract,
    Subscription,
    dead_letter_exchange,
    dead_letter_queue,
    event_exchange,
)

# A quorum queue counts every crash of a consumer against its messages; only the inbox counts tries.
DELIVERY_LIMIT = 1_000_000
# nameko's own, so that stock services and clients can talk to ours
RPC_EXCHANGE = "nameko-rpc"


def exchange(name: str) -> Exchange:
    """A durable topic exchange, as nameko declares its event exchanges."""
    return Exchange(name, type="topic", durable=True, auto_delete=False)


def rpc_exchange() -> Exchange:
    """The exchange all RPC goes through."""
    return Exchange(RPC_EXCHANGE, type="topic", durable=True)


def rpc_queue(service: str) -> Queue:
    """The queue on which `service` receives its calls."""
    return Queue(
        f"rpc-{service}", exchange=rpc_exchange(), routing_key=f"{service}.*", durable=True
    )


def event_queue(subscription: Subscription) -> Queue:
    """The queue of one subscription with its bindings."""
    return Queue(
        subscription.queue,
        bindings=[
            binding(exchange(event.exchange), routing_key=event.type)
            for event in subscription.events
        ],
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": dead_letter_exchange(),
            "x-dead-letter-routing-key": subscription.service,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def dead_letters(service: str) -> list[Queue]:
    """Where the unreadable messages of a service end."""
    return [
        Queue(
            dead_letter_queue(service),
            exchange=Exchange(dead_letter_exchange(), type="direct", durable=True),
            routing_key=service,
            durable=True,
            queue_arguments={"x-queue-type": "quorum"},
        )
    ]


def declare(url: str, contracts: Iterable[Contract]) -> list[str]:
    """Declare everything the contracts name; return what was declared, for people to read.

    Safe to repeat. Raises kombu's OperationalError when the broker is away.
    """
    declared: list[str] = []
    with Connection(url, connect_timeout=5) as connection:
        channel = connection.channel()
        for contract in contracts:
            exchange(event_exchange(contract.service))(channel).declare()
            declared.append(f"exchange {event_exchange(contract.service)}")
            queues = [event_queue(subscription) for subscription in contract.subscriptions]
            for queue in [rpc_queue(contract.service), *queues, *dead_letters(contract.service)]:
                queue(channel).declare()
                declared.append(f"queue {queue.name}")
    return declared
