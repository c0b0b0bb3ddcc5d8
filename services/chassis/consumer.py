"""A consumer that drains: on stop it takes no new messages but settles every one it has.

nameko's own closes the connection first, so that everything under way runs again elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import structlog
from eventlet.semaphore import Semaphore
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from nameko.amqp.consume import Consumer

from services.chassis import broker_url
from services.chassis.broker import read_by_one

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 20
RECONNECT_MAX_SECONDS = 2


class DrainingConsumer(Consumer):
    """Consumes raw messages from `queues`, handing each to `receive`.

    prefetch: how many messages may be under way here at once. The queues must be there: declaring
    them is the topology job's, and a service has no right to.
    """

    def __init__(
        self,
        url: str,
        queues: list[Queue],
        receive: Callable[[Any], None],
        *,
        prefetch: int,
    ) -> None:
        super().__init__(
            broker_url.for_kombu(url),
            queues=queues,
            heartbeat=HEARTBEAT_SECONDS,
            prefetch_count=prefetch,
        )
        self._receive = receive
        self._under_way: set[int] = set()
        self._draining = False
        self._cancelled = False
        self._active: list[Any] = []
        # frames of two green threads must not mix on the socket
        self._writing = Semaphore(1)

    @property
    def is_consuming(self) -> bool:
        """Bound to its queues right now."""
        return bool(self._active) and not self._draining

    @property
    def is_draining(self) -> bool:
        """Told to stop, perhaps still settling."""
        return self._draining

    def get_consumers(self, consumer_cls: Any, channel: Any) -> list[Any]:
        """Called by kombu at every connect; what was under way is the broker's again."""
        self._under_way.clear()
        read_by_one(channel.connection)
        # to stop must not wait for a word of the broker's, who may be busy
        channel.basic_cancel = partial(channel.basic_cancel, nowait=True)
        consumer = consumer_cls(queues=self.queues, on_message=self._on_message, auto_declare=False)
        consumer.qos(prefetch_count=self.prefetch_count)
        return [consumer]

    def on_consume_ready(self, connection: Any, channel: Any, consumers: list[Any]) -> None:
        """Called by kombu when the broker has let us consume."""
        super().on_consume_ready(connection, channel, consumers)
        self._active = consumers

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        """Reconnect within seconds; kombu's own pace grows to half a minute."""
        with self.create_connection() as connection:
            try:
                connection.ensure_connection(
                    self.on_connection_error,
                    None,
                    interval_start=0.2,
                    interval_step=0.3,
                    interval_max=RECONNECT_MAX_SECONDS,
                    timeout=None,
                )
            except OperationalError as error:
                # the form in which kombu's loop knows a lost connection
                raise OSError("broker away") from error
            yield connection

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        """Say so, without the address: it holds a password."""
        self._active = []
        if self._draining:
            # what was under way is the broker's again; there is nothing left to settle
            self.should_stop = True
            raise OSError("stopping")
        log.warning("broker away", error=type(exc).__name__, retry_seconds=interval)

    def on_connection_revived(self) -> None:
        """Called by kombu when a lost connection is about to be replaced."""
        self._active = []

    def stop(self) -> None:
        """Begin to drain; the consuming loop ends when nothing is under way any more."""
        self._draining = True

    def on_iteration(self) -> None:
        """Called by kombu between messages, at least every second."""
        if not self._draining:
            return
        if not self._cancelled:
            self._cancelled = True
            for consumer in self._active:
                with self._writing:
                    consumer.cancel()
        if not self._under_way:
            self.should_stop = True

    def _on_message(self, message: Any) -> None:
        if self._draining:
            message.requeue()
            return
        self._under_way.add(id(message))
        self._receive(message)

    def publish(self, message: Any, body: bytes, exchange: str, routing_key: str) -> None:
        """Send `body` on the connection `message` came from, correlated with it."""
        channel = message.channel
        properties = {
            "correlation_id": message.properties.get("correlation_id"),
            "delivery_mode": 1,
        }
        reply = channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            properties=properties,
        )
        with self._writing:
            channel.basic_publish(reply, exchange=exchange, routing_key=routing_key)

    def ack_message(self, message: Any) -> None:
        """It is done."""
        self._settle(message, message.ack)

    def requeue_message(self, message: Any) -> None:
        """Somebody else shall do it."""
        self._settle(message, message.requeue)

    def reject_message(self, message: Any) -> None:
        """Nobody can read it: to the dead letters."""
        self._settle(message, message.reject)

    def _settle(self, message: Any, settle: Callable[[], None]) -> None:
        try:
            if message.channel is not None and message.channel.connection:
                with self._writing:
                    settle()
        except Exception as error:
            # the connection went away; the broker delivers the message again
            log.warning("could not settle a message", error=type(error).__name__)
        finally:
            self._under_way.discard(id(message))
