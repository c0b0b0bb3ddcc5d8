"""Taking away from the broker what no contract names any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from infra.kota.broker import Broker
from infra.rabbitmq.leftovers import Binding, Leftovers


def prune(broker: Broker, found: Leftovers, *, with_messages: bool) -> Iterator[str]:
    """Take it away; tell of each thing what became of it. Raises Unreachable.

    A queue that somebody consumes stays as it is, and so does one that holds messages, unless
    with_messages says that they may be lost.
    """
    broker.use(partial(_unbind, found.bindings))
    yield from (f"removed: {one}" for one in found.bindings)
    for outlet in found.outlets:
        broker.use(partial(_delete_exchange, outlet))
        yield f"removed: exchange {outlet}"
    for queue, bindings in found.queues.items():
        kept = _why_kept(broker, queue, with_messages)
        if kept is None:
            # what comes in until then is seen by the second look
            broker.use(partial(_unbind, bindings))
            kept = _why_kept(broker, queue, with_messages)
        if kept is None:
            broker.use(partial(_delete_queue, queue))
        yield f"kept: queue {queue} ({kept})" if kept else f"removed: queue {queue}"


def _why_kept(broker: Broker, queue: str, with_messages: bool) -> str | None:
    look = broker.look([queue])[0]
    if look.consumers:
        return "somebody consumes it: end the processes of the version before"
    if look.messages and not with_messages:
        return f"it holds {look.messages} messages; --with-messages throws them away"
    return None


def _unbind(bindings: Sequence[Binding], channel: Any) -> None:
    for one in bindings:
        unbind = channel.exchange_unbind if one.to_exchange else channel.queue_unbind
        unbind(one.destination, one.source, one.key)


def _delete_queue(name: str, channel: Any) -> None:
    channel.queue_delete(name)


def _delete_exchange(name: str, channel: Any) -> None:
    channel.exchange_delete(name)
