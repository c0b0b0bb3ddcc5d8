"""Raw AMQP: a connection, and a publisher that knows what the broker has taken.

Only this file and `rpc_client.py` speak py-amqp directly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

import amqp
from eventlet import Timeout
from kombu.utils.url import url_to_parts

from services.chassis import broker_url
from services.chassis.errors import BrokerAway

HEARTBEAT_SECONDS = 20
CONNECT_SECONDS = 3
ANSWER_SECONDS = 1.0

READ_AHEAD = 16_384

OnBlocked = Callable[[bool], None]


def read_by_one(connection: Any) -> None:
    """Read an open connection with few system calls; only one green thread may do so from now on.

    py-amqp asks the socket for the parts of each frame one by one, but keeps what it did not ask
    for and goes on from there. And it reads before it publishes, lest the broker has said that it
    is blocked: whoever reads hears of that anyway, and two that read tear each other's frames.
    """
    receive = connection.transport._quick_recv
    connection.transport._quick_recv = lambda wanted: receive(max(wanted, READ_AHEAD))
    connection.client_properties = {**connection.client_properties, "capabilities": {}}


class Nodes:
    """The nodes of the broker, the one that answered last first.

    on_blocked: told whether a connection of ours is blocked: the broker is out of memory or disk
    and takes nothing in until that has passed.
    """

    def __init__(self, url: str, on_blocked: OnBlocked = lambda is_blocked: None) -> None:
        self._urls = deque(broker_url.nodes(url))
        self._on_blocked = on_blocked

    def connect(self) -> Any:
        """A connection to the first node that answers.

        Raises OSError or an amqp error if none does.
        """
        for _ in range(len(self._urls) - 1):
            with suppress(OSError, amqp.exceptions.AMQPError):
                return self._try()
        return self._try()

    def _try(self) -> Any:
        try:
            return _open(self._urls[0], self._on_blocked)
        except BaseException:
            # also when a caller's own time ended: it must not begin with the same one again
            self._urls.rotate(-1)
            raise


def _open(url: str, on_blocked: OnBlocked) -> Any:
    parts, ((host, port),) = url_to_parts(url), broker_url.addresses(url)
    connection = amqp.Connection(
        f"{host}:{port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path or "/",
        ssl=broker_url.is_encrypted(url),
        heartbeat=HEARTBEAT_SECONDS,
        connect_timeout=CONNECT_SECONDS,
        on_blocked=lambda _reason: on_blocked(True),
        on_unblocked=lambda: on_blocked(False),
    )
    with Timeout(CONNECT_SECONDS * 2, TimeoutError("broker does not answer")):
        connection.connect()
    read_by_one(connection)
    return connection


def ask_for_a_sign(channel: Any, writing: AbstractContextManager[Any]) -> None:
    """Ask the broker for something that changes nothing; returns when it has answered.

    A frozen broker keeps its connections, and what is sent to it vanishes in buffers. writing: held
    by whoever writes on this connection. Raises TimeoutError after ANSWER_SECONDS.
    """
    with Timeout(ANSWER_SECONDS, TimeoutError("broker does not answer")), writing:
        channel.basic_qos(0, 0, False)


@dataclass(frozen=True)
class Outgoing:
    """One message to publish. mandatory: tell if it reached no queue."""

    exchange: str
    routing_key: str
    body: str
    message_id: str
    mandatory: bool


class _Blocked(Exception):
    """The broker takes nothing in at the moment; the connection is well."""


class ConfirmingPublisher:
    """Publishes in batches and waits until the broker has confirmed each message.

    The exchanges must be there: declaring them is the topology job's.
    """

    def __init__(self, url: str, *, confirm_seconds: float = 8.0) -> None:
        self._nodes = Nodes(url, self._blocked)
        # the broker refuses any other, so consumers can rely on it
        self._user = broker_url.user(url)
        self._confirm_seconds = confirm_seconds
        self._connection: Any = None
        self._channel: Any = None
        self._is_blocked = False
        self._sent = 0
        self._unconfirmed: set[int] = set()
        self._refused: set[int] = set()
        self._returned: set[str] = set()

    def publish(self, batch: Sequence[Outgoing]) -> list[bool]:
        """Publish all; tell for each whether a queue has it.

        Raises BrokerAway if the broker does not confirm in time; then any of them may or may not
        have arrived.
        """
        if self._is_blocked:
            # what was sent is confirmed when that has passed; more of the same would be doubles
            self.keep_alive()
        try:
            with Timeout(self._confirm_seconds, TimeoutError("no confirm")):
                return self._publish(batch)
        except _Blocked as error:
            raise BrokerAway() from error
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
        self._is_blocked = False
        if connection is not None:
            # it is dead already, that is why we close it
            with suppress(Exception):
                connection.collect()

    def _publish(self, batch: Sequence[Outgoing]) -> list[bool]:
        if self._is_blocked:
            raise _Blocked()
        if self._channel is None:
            self._open()
        self._refused.clear()
        self._returned.clear()
        tags = [self._send(message) for message in batch]
        while self._unconfirmed:
            self._connection.drain_events()
            if self._is_blocked:
                raise _Blocked()
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
                user_id=self._user,
            ),
            message.exchange,
            message.routing_key,
            mandatory=message.mandatory,
        )
        return self._sent

    def _open(self) -> None:
        self._connection = self._nodes.connect()
        channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirmed)
        channel.events["basic_nack"].add(self._nacked)
        channel.events["basic_return"].add(self._came_back)
        self._sent = 0
        self._unconfirmed.clear()
        self._channel = channel

    def _blocked(self, is_blocked: bool) -> None:
        self._is_blocked = is_blocked

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
