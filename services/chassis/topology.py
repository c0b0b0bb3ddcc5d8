"""Every queue and exchange, derived from the contracts.

The topology job declares all of it before the first service starts, so that no event is published
to a queue that is not there yet, and no service needs the right to declare.

RPC goes through nameko's exchange, but nobody publishes there: each process has an *outlet*, an
exchange of its own, and only what the contracts let it send is bound from there to nameko's.
RabbitMQ's topic permissions alone would not hold: dead lettering to a key of one's choice is not
checked against them. Nor are the headers CC and BCC, before RabbitMQ 4; what they bring in carries
the key that was checked, so the server of RPC serves by that key only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kombu import Connection, Exchange, Queue, binding
from kombu.exceptions import OperationalError

from services.chassis import broker_url
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
# What a running process makes for itself is named by the broker, `amq.gen-…`. No exchange can have
# such a name: through one of its own, a process could pass by the checks of its outlet.
NAMED_BY_THE_BROKER = ""
NAMES_OF_THE_BROKER = r"amq\.gen-[A-Za-z0-9_-]{22}"
# the process that calls for people, so it may call whatever is not for services alone
EDGE = "gateway"
# a reply's key is one word; a call's has two, service and operation
ANY_REPLY = "*"


def exchange(name: str) -> Exchange:
    """A durable topic exchange, as nameko declares its event exchanges."""
    return Exchange(name, type="topic", durable=True, auto_delete=False)


def rpc_exchange() -> Exchange:
    """The exchange all RPC goes through."""
    return Exchange(RPC_EXCHANGE, type="topic", durable=True)


def rpc_outlet(process: str) -> str:
    """The exchange on which a process publishes its calls and its replies."""
    return f"{process}.rpc"


def reply_key(process: str, unique: str) -> str:
    """The routing key of the replies to one running process; it contains no dot."""
    return f"reply-{process}-{unique}"


def is_reply_key(routing_key: str) -> bool:
    """Whether a reply may go there, ours or a stock client's: one word."""
    return bool(routing_key) and "." not in routing_key


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


def processes(contracts: Iterable[Contract]) -> list[str]:
    """All processes that use the broker: the services, and the edge."""
    return [*(contract.service for contract in contracts), EDGE]


def calls(process: str, contracts: Iterable[Contract]) -> list[str]:
    """The routing keys of the calls that a process may make."""
    return [
        f"{contract.service}.{operation.name}"
        for contract in contracts
        for operation in contract.operations
        if (process in operation.callers if operation.is_internal else process == EDGE)
    ]


def sent(process: str, contracts: Sequence[Contract]) -> list[str]:
    """The binding keys of a process' outlet: its calls, and replies if it serves."""
    serves = any(contract.service == process for contract in contracts)
    return [*([ANY_REPLY] if serves else []), *calls(process, contracts)]


def declare(url: str, contracts: Sequence[Contract]) -> list[str]:
    """Declare everything the contracts name; return what was declared, for people to read.

    Safe to repeat. Raises kombu's OperationalError when the broker is away or refuses.
    """
    with Connection(broker_url.for_kombu(url), connect_timeout=5) as connection:
        try:
            connection.ensure_connection(max_retries=len(broker_url.nodes(url)) - 1)
            return _declare(connection.channel(), contracts)
        except (*connection.connection_errors, *connection.channel_errors) as error:
            raise OperationalError(str(error)) from error


def _declare(channel: Any, contracts: Sequence[Contract]) -> list[str]:
    declared: list[str] = []
    for contract in contracts:
        declared += _declare_service(channel, contract)
    for process in processes(contracts):
        declared += _declare_outlet(channel, process, sent(process, contracts))
    return declared


def queues(contract: Contract) -> list[Queue]:
    """All queues of a service that last, with their bindings."""
    heard = [event_queue(subscription) for subscription in contract.subscriptions]
    return [rpc_queue(contract.service), *heard, *dead_letters(contract.service)]


def sources(queue: Queue) -> list[tuple[str, str]]:
    """Where what comes into a queue is from: (exchange, routing key)."""
    return [(one.exchange.name, one.routing_key) for one in queue.bindings or [queue]]


def _declare_service(channel: Any, contract: Contract) -> list[str]:
    exchange(event_exchange(contract.service))(channel).declare()
    found = queues(contract)
    for queue in found:
        queue(channel).declare()
    names = [f"queue {queue.name}" for queue in found]
    return [f"exchange {event_exchange(contract.service)}", *names]


def _declare_outlet(channel: Any, process: str, keys: Sequence[str]) -> list[str]:
    rpc_exchange()(channel).declare()
    outlet = exchange(rpc_outlet(process))(channel)
    outlet.declare()
    for key in keys:
        rpc_exchange()(channel).bind_to(outlet, routing_key=key)
    return [f"exchange {outlet.name}"]
