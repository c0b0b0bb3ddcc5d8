"""The entrypoint for events: from a quorum queue into the inbox.

@on_event(contract.TELL_PEOPLE)
def tell_people(self, work, event): ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from eventlet import sleep
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko import config
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from services.chassis import metrics, topology
from services.chassis.broker_users import BrokerUsers
from services.chassis.consumer import DrainingConsumer
from services.chassis.contract import Subscription
from services.chassis.envelope import open_envelope
from services.chassis.errors import Invalid
from services.chassis.inbox import Delivery
from services.chassis.turns import Turn, Turns

log = structlog.get_logger(__name__)

# quorum queues are slow with less; more would only be memory
PREFETCH = 64
# handlers at work at once, so that events leave workers and connections to requests
CONCURRENT = 8
PAUSE_SECONDS = 1.0


class EventEntrypoint(Entrypoint):
    """Consumes one subscription's queue. Each message is settled exactly when the inbox has it."""

    def __init__(self, subscription: Subscription, **kwargs: Any) -> None:
        self.subscription = subscription
        super().__init__(**kwargs)

    def setup(self) -> None:
        """Prepare the consumer; nothing is sent yet."""
        self._known = {event.type: event for event in self.subscription.events}
        self._free = Semaphore(CONCURRENT)
        self._turns = Turns()
        self._users = BrokerUsers.of_url(self.container.service_name, config["AMQP_URI"])
        metrics.expect_events(self.subscription.handler)
        self.consumer = DrainingConsumer(
            config["AMQP_URI"],
            [topology.event_queue(self.subscription)],
            self._receive,
            prefetch=PREFETCH,
        )

    def start(self) -> None:
        """Begin to consume."""
        self._thread = self.container.spawn_managed_thread(self.consumer.run)

    def stop(self) -> None:
        """Drain: settle what is under way, take nothing new."""
        self.consumer.stop()
        self._thread.wait()

    def read(self, envelope: str | bytes, *, tries: int = 0, resumed: bool = False) -> Delivery:
        """A delivery from an envelope. Raises Invalid if it cannot be read."""
        event = open_envelope(envelope, self._known)
        text = envelope if isinstance(envelope, str) else envelope.decode()
        return Delivery(event, self.subscription, text, tries, resumed)

    def _receive(self, message: Any) -> None:
        try:
            delivery = self.read(message.body)
        except (Invalid, UnicodeDecodeError):
            self._refuse(message, "unreadable event")
            return
        if not self._is_genuine(delivery, message.properties.get("user_id")):
            self._refuse(message, "event in another's name")
            return
        # the inbox knows only what reached it: while the database is away, order is kept here
        line = delivery.event.subject if self.subscription.ordered else delivery.event.id
        turn = self._turns.join(line)
        self.container.spawn_managed_thread(partial(self._handle, message, delivery, line, turn))

    def _is_genuine(self, delivery: Delivery, user_id: str | None) -> bool:
        """Whether its publisher may say it. The broker lets nobody else publish on a service's own
        exchange; on one that all share, nobody may speak of another."""
        event = delivery.event
        return not self._known[event.type].by_subject or self._users.is_of(user_id, event.subject)

    def _refuse(self, message: Any, reason: str) -> None:
        log.error(reason, queue=self.subscription.queue)
        metrics.dead_lettered(self.subscription.handler)
        self.consumer.reject_message(message)

    def _handle(self, message: Any, delivery: Delivery, line: str, turn: Turn) -> None:
        with self._turns.leaving(line, turn):
            turn.is_done = turn.comes() and self._try(delivery)
        if turn.is_done:
            self.consumer.ack_message(message)
        else:
            self.consumer.requeue_message(message)

    def _try(self, delivery: Delivery) -> bool:
        """Whether the inbox has the event: repeated while the database is away, until we stop."""
        with self._free:
            while not self.work(delivery):
                if self.consumer.is_draining:
                    return False
                sleep(PAUSE_SECONDS)
        return True

    def work(self, delivery: Delivery) -> bool:
        """Run the handler in a worker and wait for it; whether the database has the outcome."""
        finished = Event()

        def finish(_worker: Any, outcome: Any, exc_info: Any) -> tuple[Any, Any]:
            finished.send(exc_info is None)
            return outcome, None

        try:
            self.container.spawn_worker(self, (delivery,), {}, handle_result=finish)
        except ContainerBeingKilled:
            return False
        return bool(finished.wait())


def on_event(subscription: Subscription) -> Callable[[Callable[..., None]], Callable[..., str]]:
    """Handle the events of a subscription: the method gets (work, event) inside a transaction.

    What it writes and emits takes effect exactly once per event; if it raises, nothing does, and
    it is tried again later.
    """

    def decorate(method: Callable[..., None]) -> Callable[..., str]:
        if method.__name__.lstrip("_") != subscription.handler:
            raise TypeError(f"the handler must be named {subscription.handler!r}")

        @functools.wraps(method)
        def handle(self: Any, delivery: Delivery) -> str:
            outcome: str = self.chassis.deliver(delivery, partial(method, self))
            return outcome

        decorated: Callable[..., str] = EventEntrypoint.decorator(subscription)(handle)
        return decorated

    return decorate
