"""Raw AMQP: a connection, and a publisher that knows what the broker has taken.

Only this file and `rpc_client.py` speak py-amqp directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import amqp
from eventlet import Timeout
from kombu.utils.url import url_to_parts

from services.chassis.errors import BrokerAway

HEARTBEAT_SECONDS = 20
CONNECT_SECONDS = 3


def open_connection(url: str) -> Any:
    """A new connection. Raises OSError or amqp errors when the broker is away."""
    parts = url_to_parts(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port or 5672}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path or "/",
        heartbeat=HEARTBEAT_SECONDS,
        connect_timeout=CONNECT_SECONDS,
    )
    with Timeout(CONNECT_SECONDS * 2, TimeoutError("broker does not answer")):
        connection.connect()
    return connection


@dataclass(frozen=True)
class Outgoing:
    """One message to publish. mandatory: tell if it reached no queue."""

    exchange: str
    routing_key: str
    body: str
    message_id: str
    mandatory: bool


class ConfirmingPublisher:
    """Publishes in batches and waits until the broker has confirmed each message.

    The exchanges must be there: declaring them is the topology job's.
    """

    def __init__(self, url: str, *, confirm_seconds: float = 8.0) -> None:
        self._url = url
        self._confirm_seconds = confirm_seconds
        self._connection: Any = None
        self._channel: Any = None
        self._sent = 0
        self._unconfirmed: set[int] = set()
        self._refused: set[int] = set()
        self._returned: set[str] = set()

    def publish(self, batch: Sequence[Outgoing]) -> list[bool]:
        """Publish all; tell for each whether a queue has it.

        Raises BrokerAway if the broker does not confirm in time; then any of them may or may not
        have arrived.
        """
        try:
            with Timeout(self._confirm_seconds, TimeoutError("no confirm")):
                return self._publish(batch)
        except (OSError, amqp.exceptions.AMQPError, AttributeError) as error:
            self.close()
            raise BrokerAway() from error

    def keep_alive(self) -> None:
        """Answer heartbeats; call it at least every few seconds."""
        if self._connection is None:
            return
        try:
            self._connection.heartbeat_tick()
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            pass
        except (OSError, amqp.exceptions.AMQPError, AttributeError):
            self.close()

    def close(self) -> None:
        """Drop the connection; the next batch opens another."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            # it is dead already, that is why we close it
            with suppress(Exception):
                connection.collect()

    def _publish(self, batch: Sequence[Outgoing]) -> list[bool]:
        if self._channel is None:
            self._open()
        self._refused.clear()
        self._returned.clear()
        tags = [self._send(message) for message in batch]
        while self._unconfirmed:
            self._connection.drain_events()
        return [
            tag not in self._refused and message.message_id not in self._returned
            for tag, message in zip(tags, batch, strict=True)
        ]

    def _send(self, message: Outgoing) -> int:
        self._sent += 1
        self._unconfirmed.add(self._sent)
        self._channel.basic_publish(
            amqp.Message(
                message.body,
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=message.message_id,
            ),
            message.exchange,
            message.routing_key,
            mandatory=message.mandatory,
        )
        return self._sent

    def _open(self) -> None:
        self._connection = open_connection(self._url)
        channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirmed)
        channel.events["basic_nack"].add(self._nacked)
        channel.events["basic_return"].add(self._came_back)
        self._sent = 0
        self._unconfirmed.clear()
        self._channel = channel

    def _confirmed(self, tag: int, multiple: bool) -> None:
        self._unconfirmed -= self._tags(tag, multiple)

    def _nacked(self, tag: int, multiple: bool) -> None:
        tags = self._tags(tag, multiple)
        self._refused |= tags
        self._unconfirmed -= tags

    def _came_back(self, _error: Any, _exchange: str, _routing_key: str, message: Any) -> None:
        self._returned.add(message.properties["message_id"])

    def _tags(self, tag: int, multiple: bool) -> set[int]:
        return {t for t in self._unconfirmed if t <= tag} if multiple else {tag}
