"""AMQP as bare as it gets: one connection for calls and answers, one for events."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import amqp
import eventlet
import orjson
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from kombu.utils.url import url_to_parts

RPC = "bare-rpc"
EVENTS = "bare-events"
PREFETCH = 64
_REPLIES = "amq.rabbitmq.reply-to"


def channel(url: str) -> Any:
    """A channel on a connection of its own."""
    parts = url_to_parts(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}",
        userid=parts.username, password=parts.password, virtual_host=parts.path or "/",
    )  # fmt: skip
    connection.connect()
    return connection.channel()


def drain(opened: Any) -> None:
    """Read what comes in, for ever."""
    while True:
        opened.connection.drain_events()


class Caller:
    """Calls services."""

    def __init__(self, url: str) -> None:
        self._channel = channel(url)
        self._waiting: dict[str, Event] = {}
        self._numbers = itertools.count()
        self._writing = Semaphore(1)
        self._channel.basic_consume(_REPLIES, no_ack=True, callback=self._replied)
        eventlet.spawn(drain, self._channel)

    def call(self, queue: str, body: dict[str, Any]) -> Any:
        """Send a request, wait for its answer."""
        number = str(next(self._numbers))
        reply = self._waiting[number] = Event()
        message = amqp.Message(
            orjson.dumps(body), reply_to=_REPLIES, correlation_id=number, delivery_mode=1
        )
        with self._writing:
            self._channel.basic_publish(message, "", queue)
        return orjson.loads(reply.wait())

    def _replied(self, message: Any) -> None:
        self._waiting.pop(message.properties["correlation_id"]).send(message.body)


def serve(url: str, queue: str, answer: Callable[[dict[str, Any]], Any]) -> None:
    """Answer calls, for ever."""
    opened, writing = channel(url), Semaphore(1)
    opened.queue_declare(queue, durable=True, auto_delete=False)
    opened.basic_qos(0, PREFETCH, False)
    pool = eventlet.GreenPool(32)

    def work(message: Any) -> None:
        body = orjson.dumps(answer(orjson.loads(message.body)))
        number = message.properties["correlation_id"]
        reply = amqp.Message(body, correlation_id=number, delivery_mode=1)
        with writing:
            opened.basic_publish(reply, "", message.properties["reply_to"])
            opened.basic_ack(message.delivery_tag)

    opened.basic_consume(queue, callback=lambda message: pool.spawn_n(work, message))
    drain(opened)


def consume(url: str, queue: str, handle: Callable[[dict[str, Any]], None]) -> None:
    """Handle events, for ever."""
    opened, writing = channel(url), Semaphore(1)
    declare_events(opened, queue)
    opened.basic_qos(0, PREFETCH, False)
    pool = eventlet.GreenPool(8)

    def work(message: Any) -> None:
        handle(orjson.loads(message.body))
        with writing:
            opened.basic_ack(message.delivery_tag)

    opened.basic_consume(queue, callback=lambda message: pool.spawn_n(work, message))
    drain(opened)


def declare_events(opened: Any, queue: str) -> None:
    """The exchange of events, and a quorum queue that hears them all."""
    opened.exchange_declare(EVENTS, "topic", durable=True, auto_delete=False)
    quorum = {"x-queue-type": "quorum"}
    opened.queue_declare(queue, durable=True, auto_delete=False, arguments=quorum)
    opened.queue_bind(queue, EVENTS, "#")


class Publisher:
    """Publishes with confirms, a batch at a time."""

    def __init__(self, url: str) -> None:
        self._channel = channel(url)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._confirmed)
        self._sent = self._taken = 0

    def publish(self, batch: list[tuple[str, str]]) -> None:
        """Publish (routing key, body) and wait until the broker has them all."""
        for key, body in batch:
            self._channel.basic_publish(amqp.Message(body, delivery_mode=2), EVENTS, key)
            self._sent += 1
        while self._taken < self._sent:
            self._channel.connection.drain_events()

    def _confirmed(self, tag: int, multiple: bool) -> None:
        self._taken = tag if multiple else self._taken + 1
