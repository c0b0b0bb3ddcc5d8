"""The broker as operators see it: how long queues are, and what passes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from kombu import Connection, Consumer, Exchange, Queue, binding
from kombu.exceptions import OperationalError

from services.chassis import broker_url

CONNECT_SECONDS = 5
_NOT_FOUND = 404

T = TypeVar("T")


class Unreachable(Exception):
    """The broker does not answer, or does not let us in."""


@dataclass(frozen=True)
class QueueLook:
    """One queue. messages: ready to be delivered; None if there is no such queue."""

    name: str
    messages: int | None
    consumers: int


class Broker:
    """A connection to the broker. Raises Unreachable from every method."""

    def __init__(self, url: str) -> None:
        self._url = url

    def look(self, names: Iterable[str]) -> list[QueueLook]:
        """How long these queues are, and how many consume from each."""
        return self._connected(lambda connection: [_look(connection, name) for name in names])

    def purge(self, names: Iterable[str]) -> int:
        """Throw away what these queues hold; how many messages that were."""

        def empty(connection: Any) -> int:
            channel = connection.channel()
            return sum(int(channel.queue_purge(name) or 0) for name in names)

        return self._connected(empty)

    def use(self, do: Callable[[Any], object]) -> None:
        """Do something on a channel."""
        self._connected(lambda connection: do(connection.channel()))

    def version(self) -> str:
        """The server's version."""
        return self._connected(lambda c: str(c.connection.server_properties.get("version", "?")))

    def tail(
        self,
        exchanges: Iterable[str],
        pattern: str,
        take: Callable[[str], bool],
        listening: Callable[[], None] = lambda: None,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """Hand each event that passes by to `take`, until it answers False.

        pattern: of routing keys, as topic exchanges read it. listening: called once nothing that
        is published from then on can be missed. goes_on: asked every second; ends it by False. The
        queue is ours alone and ends with us.
        """
        queue = Queue(
            "",
            bindings=[binding(_known(name), routing_key=pattern) for name in exchanges],
            exclusive=True,
            auto_delete=True,
            durable=False,
        )

        def listen(connection: Any) -> None:
            going = True

            def receive(body: Any, _message: Any) -> None:
                nonlocal going
                going = going and take(body if isinstance(body, str) else bytes(body).decode())

            channel = connection.channel()
            raw = [queue(channel)]
            with Consumer(channel, raw, on_message=lambda m: receive(m.body, m), no_ack=True):
                listening()
                while going and goes_on():
                    try:
                        connection.drain_events(timeout=1)
                    except TimeoutError:
                        connection.heartbeat_check()

        self._connected(listen)

    def _connected(self, use: Callable[[Any], T]) -> T:
        opened = Connection(
            broker_url.for_kombu(self._url), connect_timeout=CONNECT_SECONDS, heartbeat=30
        )
        try:
            with opened:
                opened.ensure_connection(
                    max_retries=len(broker_url.nodes(self._url)), timeout=CONNECT_SECONDS
                )
                return use(opened)
        except (OperationalError, OSError) as error:
            raise Unreachable("the broker does not answer") from error
        except opened.channel_errors as error:
            raise Unreachable(str(error)) from error


def _known(name: str) -> Exchange:
    # it is there already; whoever looks on may not be allowed to declare it
    return Exchange(name, type="topic", durable=True, no_declare=True)


def _look(connection: Any, name: str) -> QueueLook:
    channel = connection.channel()
    try:
        found = channel.queue_declare(queue=name, passive=True)
    except connection.channel_errors as error:
        if getattr(error, "reply_code", None) != _NOT_FOUND:
            raise
        return QueueLook(name, None, 0)
    channel.close()
    return QueueLook(name, found.message_count, found.consumer_count)
