"""The serving side of RPC: nameko's wire form, on one connection, declared once.

Stock nameko declares three broker objects again at every reply; here the reply leaves on the
consumer's own channel, through the service's outlet (`topology.py`) to the `nameko-rpc` exchange.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from eventlet.event import Event
from nameko import config
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension
from nameko.messaging import decode_from_headers

from services.chassis import jsontext
from services.chassis.call import DEFAULT_BUDGET_MS, Budget
from services.chassis.consumer import DrainingConsumer
from services.chassis.errors import DomainError, InternalError, Malformed, NotFound
from services.chassis.text import Text
from services.chassis.topology import is_reply_key, rpc_outlet, rpc_queue

log = structlog.get_logger(__name__)

BUDGET = "budget"
# all that the callers' workers can send: how long a call waits is known here, not at the broker
PREFETCH = 256


class RpcConsumer(ProviderCollector, SharedExtension):
    """One consumer for all RPC methods of a service."""

    consumer: DrainingConsumer

    def setup(self) -> None:
        """Prepare the consumer; nothing is sent yet."""
        self._outlet = rpc_outlet(self.container.service_name)
        self.consumer = DrainingConsumer(
            config["AMQP_URI"],
            [rpc_queue(self.container.service_name)],
            self._receive,
            prefetch=PREFETCH,
        )

    def start(self) -> None:
        """Begin to consume; returns when the broker has answered for the first time."""
        self._thread = self.container.spawn_managed_thread(self.consumer.run)

    def stop(self) -> None:
        """Drain: wait until every call under way is answered."""
        self.wait_for_providers()
        self.consumer.stop()
        self._thread.wait()

    def unregister_provider(self, provider: Any) -> None:
        """Called once per method when the container stops."""
        super().unregister_provider(provider)
        if not self._providers:
            self.consumer.stop()
            self._thread.wait()

    def _receive(self, message: Any) -> None:
        routing_key = message.delivery_info["routing_key"]
        service, _, method = routing_key.rpartition(".")
        # the header CC brings a message here although its key, which the broker checked, is another
        is_ours = service == self.container.service_name
        provider = next(
            (one for one in self._providers if is_ours and one.method_name == method), None
        )
        if provider is None:
            self.reply(message, error=no_such_operation(method))
            return
        try:
            provider.receive(message)
        except (ValueError, KeyError, TypeError, AttributeError):
            self.reply(message, error=Malformed())

    def reply(self, message: Any, *, result: Any = None, error: DomainError | None = None) -> None:
        """Answer a call and settle its message. Never raises."""
        body = jsontext.dumps({"result": result, "error": _nameko_error(error)}).encode()
        routing_key = message.properties.get("reply_to") or ""
        try:
            # any other key the broker would refuse, and close the channel for it
            if is_reply_key(routing_key):
                self.consumer.publish(message, body, self._outlet, routing_key)
        except Exception as lost:
            # the caller will time out; a command can be repeated with its idempotency key
            log.warning("a reply could not be sent", error=type(lost).__name__)
        self.consumer.ack_message(message)


class Rpc(Entrypoint):
    """Entrypoint of one RPC method. The method returns (result, DomainError or None)."""

    rpc_consumer = RpcConsumer()

    def setup(self) -> None:
        """Join the service's consumer."""
        self.rpc_consumer.register_provider(self)

    def stop(self) -> None:
        """Leave it; returns when the consumer has drained."""
        self.rpc_consumer.unregister_provider(self)

    def receive(self, message: Any) -> None:
        """Start a worker for the call as soon as one is free."""
        request = jsontext.loads(bytes(_raw(message.body)))
        if request["args"]:
            raise ValueError("positional arguments")
        body = dict(request["kwargs"])
        context = decode_from_headers(message.headers)
        context[BUDGET] = _budget(context)
        if self.container._worker_pool.free():
            self._work(message, body, context)
        else:
            # waiting for a worker must not keep the consumer from its heartbeats
            self.container.spawn_managed_thread(partial(self._work, message, body, context))

    def call(
        self, kwargs: dict[str, Any], context: dict[str, Any]
    ) -> tuple[Any, DomainError | None]:
        """Serve a call that did not come over the broker; wait for its outcome."""
        finished = Event()

        def finish(_worker: Any, outcome: Any, exc_info: Any) -> tuple[Any, Any]:
            finished.send((None, InternalError()) if exc_info else outcome)
            return None, None

        context[BUDGET] = _budget(context)
        self.container.spawn_worker(self, (), kwargs, context_data=context, handle_result=finish)
        outcome: tuple[Any, DomainError | None] = finished.wait()
        return outcome

    def _work(self, message: Any, kwargs: dict[str, Any], context: dict[str, Any]) -> None:
        try:
            self.container.spawn_worker(
                self,
                (),
                kwargs,
                context_data=context,
                handle_result=partial(self._finish, message),
            )
        except ContainerBeingKilled:
            self.rpc_consumer.consumer.requeue_message(message)

    def _finish(self, message: Any, worker: Any, outcome: Any, exc_info: Any) -> tuple[Any, Any]:
        result, error = (None, InternalError()) if exc_info else outcome
        self.rpc_consumer.reply(message, result=result, error=error)
        return result, None


rpc = Rpc.decorator


def _raw(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _budget(context: dict[str, Any]) -> Budget:
    return Budget(float(context.get("budget_ms", DEFAULT_BUDGET_MS)) / 1000)


def no_such_operation(method: str) -> DomainError:
    return NotFound(
        Text("There is no operation {method}.", id="Tidak ada operasi {method}.").format(
            method=method[:64]
        )
    )


def _nameko_error(error: DomainError | None) -> dict[str, Any] | None:
    """The form stock nameko clients can read; ours find the whole error in `exc_args`."""
    if error is None:
        return None
    return {
        "exc_type": type(error).__name__,
        "exc_path": f"{type(error).__module__}.{type(error).__name__}",
        "exc_args": [error.data()],
        "value": str(error),
    }
