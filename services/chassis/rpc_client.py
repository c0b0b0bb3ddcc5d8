"""The calling side of RPC: one raw AMQP connection and one reply queue per process.

class Gateway:
    rpc = RpcClient()

    def …(self):
        report = self.rpc.call("reports", "get_report", {"id": …}, CallHeaders())
"""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import amqp
import structlog
from eventlet import Timeout, sleep
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko import config
from nameko.extensions import DependencyProvider, SharedExtension
from nameko.messaging import encode_to_headers

from services.chassis import jsontext, metrics
from services.chassis.broadcast import BROADCAST_QUEUE, Broadcast
from services.chassis.broker import Nodes, ask_for_a_sign
from services.chassis.call import CallHeaders
from services.chassis.calling import observed
from services.chassis.errors import (
    BrokerAway,
    DomainError,
    InternalError,
    RpcError,
    ServiceTimeout,
    UnknownService,
    from_data,
)
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.topology import (
    NAMED_BY_THE_BROKER,
    RPC_EXCHANGE,
    reply_key,
    rpc_outlet,
)

log = structlog.get_logger(__name__)

# after so much silence the broker is asked whether it is there
SILENT_SECONDS = 1.0


class RpcLink(SharedExtension):
    """The connection, shared by all callers of the process."""

    # listeners may come before setup: extensions are set up in any order
    _broadcasts: tuple[Broadcast, ...] = ()

    def setup(self) -> None:
        """Nothing is connected yet."""
        self._waiting: dict[str, Event] = {}
        self._numbers = itertools.count()
        self._writing = Semaphore(1)
        self._stopping = False
        self._is_blocked = False
        self._nodes = Nodes(config["AMQP_URI"], self._blocked)
        self._connection: Any = None
        self._channel: Any = None
        self._process = self.container.service_name
        self._outlet = rpc_outlet(self._process)
        self._reply_key = reply_key(self._process, new_id())

    def start(self) -> None:
        """Keep a connection from now on."""
        self._thread = self.container.spawn_managed_thread(self._run, identifier="rpc-link")

    def stop(self) -> None:
        """Close the connection."""
        self._stopping = True
        self._thread.kill()
        self._close(BrokerAway())

    def listen(self, broadcast: Broadcast) -> None:
        """Hear an event too; to be called while extensions are set up."""
        self._broadcasts = (*self._broadcasts, broadcast)

    @property
    def is_up(self) -> bool:
        """Connected, and the broker takes calls."""
        return self._channel is not None and not self._is_blocked

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call one operation and wait for its answer, at most `headers.budget_ms`.

        Raises BrokerAway, UnknownService, ServiceTimeout, or the DomainError the service answered.
        """
        with observed(service, operation, "broker", headers) as sent:
            return self._call(service, operation, body, sent)

    def _call(
        self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders
    ) -> Any:
        correlation_id = f"{next(self._numbers):x}"
        reply = self._waiting[correlation_id] = Event()
        started = time.monotonic()
        timeout = ServiceTimeout(
            Text(
                "The service {service} did not answer in time.",
                id="Layanan {service} tidak menjawab tepat waktu.",
            ).format(service=service)
        )
        try:
            with Timeout(headers.budget_ms / 1000, timeout):
                with self._writing:
                    left = headers.budget_ms - int((time.monotonic() - started) * 1000)
                    self._publish(
                        f"{service}.{operation}", correlation_id, body, _with_budget(headers, left)
                    )
                answer = reply.wait()
        finally:
            self._waiting.pop(correlation_id, None)
        return _result(answer)

    def _publish(
        self, routing_key: str, correlation_id: str, body: dict[str, Any], headers: CallHeaders
    ) -> None:
        if not self.is_up:
            raise BrokerAway()
        message = amqp.Message(
            jsontext.dumps({"args": [], "kwargs": {"body": body}}),
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=1,
            reply_to=self._reply_key,
            correlation_id=correlation_id,
            application_headers=encode_to_headers(headers.data()),
            expiration=str(max(1, headers.budget_ms)),
        )
        try:
            self._channel.basic_publish(message, self._outlet, routing_key, mandatory=True)
        except (OSError, amqp.exceptions.AMQPError, AttributeError) as error:
            raise BrokerAway() from error
        except BaseException:
            # the budget ended in the middle of a frame: nothing more may follow it
            self._close(BrokerAway())
            raise

    def _run(self) -> None:
        delay = 0.2
        while not self._stopping:
            try:
                if self._channel is None:
                    self._connect()
                    delay = 0.2
                self._drain()
            except Exception as error:
                log.warning("rpc link lost", error=type(error).__name__)
                self._close(BrokerAway())
                sleep(delay)
                delay = min(delay * 2, 2.0)

    def _connect(self) -> None:
        self._connection = self._nodes.connect()
        channel = self._connection.channel()
        queue = _queue_of_its_own(channel)
        channel.queue_bind(queue, RPC_EXCHANGE, self._reply_key)
        channel.basic_consume(queue, no_ack=True, callback=self._replied)
        channel.events["basic_return"].add(self._returned)
        for broadcast in self._broadcasts:
            self._subscribe(channel, broadcast)
        self._channel = channel
        metrics.link_up(True)
        for broadcast in self._broadcasts:
            broadcast.on_connected()

    def _subscribe(self, channel: Any, broadcast: Broadcast) -> None:
        event_type = broadcast.event_type
        queue = _queue_of_its_own(channel, {"x-max-length": BROADCAST_QUEUE})
        channel.queue_bind(queue, event_type.exchange, event_type.type)
        channel.basic_consume(
            queue, no_ack=True, callback=lambda message: broadcast.receive(message.body)
        )

    def _drain(self) -> None:
        try:
            self._connection.drain_events(timeout=SILENT_SECONDS)
        except TimeoutError:
            self._doubt()
        self._connection.heartbeat_tick()

    def _doubt(self) -> None:
        """Somebody waits and nothing is heard: is it the service that is slow, or the broker?"""
        if self._waiting and not self._is_blocked:
            ask_for_a_sign(self._channel, self._writing)

    def _blocked(self, is_blocked: bool) -> None:
        log.warning("broker blocked" if is_blocked else "broker takes calls again")
        self._is_blocked = is_blocked
        metrics.link_up(self.is_up)
        if is_blocked:
            # services cannot reply either
            self._give_up(BrokerAway())

    def _close(self, reason: RpcError) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._is_blocked = False
        metrics.link_up(False)
        self._give_up(reason)
        if connection is not None:
            try:
                connection.collect()
            except Exception as error:
                log.debug("closing a dead connection", error=type(error).__name__)

    def _give_up(self, reason: RpcError) -> None:
        for reply in list(self._waiting.values()):
            if not reply.ready():
                reply.send_exception(reason)

    def _replied(self, message: Any) -> None:
        reply = self._waiting.pop(message.properties.get("correlation_id", ""), None)
        if reply is not None:
            reply.send(message.body)

    def _returned(self, _error: Any, _exchange: str, routing_key: str, message: Any) -> None:
        reply = self._waiting.pop(message.properties.get("correlation_id", ""), None)
        if reply is not None:
            service = routing_key.partition(".")[0]
            reply.send_exception(
                UnknownService(
                    Text(
                        "The service {service} is not running.",
                        id="Layanan {service} tidak berjalan.",
                    ).format(service=service)
                )
            )


class RpcClient(DependencyProvider):
    """Injects the link: `.call(service, operation, body, headers)`."""

    link = RpcLink()

    def get_dependency(self, worker_ctx: Any) -> RpcLink:
        """The process' one link."""
        return self.link


def _queue_of_its_own(channel: Any, arguments: dict[str, Any] | None = None) -> str:
    """A queue that only this connection may touch, and that goes with it; its name."""
    declared = channel.queue_declare(
        NAMED_BY_THE_BROKER, exclusive=True, auto_delete=True, arguments=arguments
    )
    return str(declared.queue)


def _with_budget(headers: CallHeaders, budget_ms: int) -> CallHeaders:
    return replace(headers, budget_ms=max(1, budget_ms))


def _result(answer: bytes | str) -> Any:
    reply = jsontext.loads(answer)
    error = reply.get("error")
    if error is None:
        return reply.get("result")
    raise _error(error)


def _error(error: dict[str, Any]) -> DomainError:
    arguments = error.get("exc_args") or [None]
    if isinstance(arguments[0], dict) and "status" in arguments[0]:
        return from_data(arguments[0])
    log.error("a stock service failed", exc_type=error.get("exc_type"))
    return InternalError()
