"""Listens to all that is said on the bus."""

from __future__ import annotations

import uuid
from types import TracebackType
from typing import Any

from kombu import Connection, Queue, binding

from infra.local.state import SERVICES
from services.chassis import broker_url
from services.chassis.topology import exchange


class Bus:
    """A context: events that services publish meanwhile, by subject."""

    def __init__(self, amqp_url: str) -> None:
        self._connection = Connection(broker_url.for_kombu(amqp_url))
        self._heard: list[dict[str, Any]] = []

    def __enter__(self) -> Bus:
        queue = Queue(
            f"demo.{uuid.uuid4()}",
            bindings=[binding(exchange(f"{name}.events"), routing_key="#") for name in SERVICES],
            exclusive=True,
            auto_delete=True,
        )
        self._consumer = self._connection.Consumer([queue], callbacks=[self._hear], no_ack=True)
        self._consumer.consume()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.release()

    def about(self, subject: str) -> list[dict[str, Any]]:
        """Events about one thing so far, in the order in which they came."""
        self._drain()
        return [event for event in self._heard if event["subject"] == subject]

    def _hear(self, body: dict[str, Any], message: Any) -> None:
        self._heard.append(body)

    def _drain(self) -> None:
        while True:
            try:
                self._connection.drain_events(timeout=0.3)
            except TimeoutError:
                return
