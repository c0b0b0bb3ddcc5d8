"""Runs one event's handler with the inbox around it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import timedelta

import structlog

from services.chassis import inbox, logs, metrics, tracing
from services.chassis.call import Call, CallHeaders
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.envelope import Event
from services.chassis.errors import DomainError
from services.chassis.inbox import AlreadyHandled, BehindAnother, Delivery, InboxClaim
from services.chassis.principal import SYSTEM
from services.chassis.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

Handler = Callable[[UnitOfWork, Event], None]


class Deliveries:
    """Gives each event to its handler exactly once.

    first_delay: rest before the second try; it doubles. max_tries: then the event is parked.
    """

    def __init__(
        self, database: Database, clock: Clock, *, first_delay: timedelta, max_tries: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._first_delay = first_delay
        self._max_tries = max_tries

    def deliver(self, delivery: Delivery, handler: Handler) -> tuple[str, UnitOfWork | None]:
        """Handle an event; return the outcome and, if it is `done`, the finished work.

        Outcomes: done, duplicate, waiting, parked. Raises DatabaseAway only if not even the
        failure could be recorded: then the message must stay with the broker.
        """
        subscription, event = delivery.subscription, delivery.event
        kind = tracing.Kind.CONSUMER
        attributes: tracing.Attributes = {
            "messaging.system": "rabbitmq",
            "messaging.destination.name": subscription.queue,
            "messaging.message.id": event.id,
            "kota.event.type": event.type,
            "kota.event.tries": delivery.tries,
        }
        with tracing.span(subscription.handler, kind, event.traceparent, attributes) as span:
            headers = CallHeaders(request_id=event.id, traceparent=span.traceparent)
            logs.bind(headers.request_id, headers.traceparent)
            outcome, work = self._outcome(delivery, handler, headers)
            span.outcome(outcome, failed=work is None and outcome != "duplicate")
        return outcome, work

    def _outcome(
        self, delivery: Delivery, handler: Handler, headers: CallHeaders
    ) -> tuple[str, UnitOfWork | None]:
        try:
            return "done", self._handle(delivery, handler, headers)
        except AlreadyHandled:
            return "duplicate", None
        except BehindAnother:
            with self._database.session() as session:
                inbox.keep_waiting(session, delivery)
            return "waiting", None
        except Exception as error:
            return self._failed(delivery, error), None

    def _handle(self, delivery: Delivery, handler: Handler, headers: CallHeaders) -> UnitOfWork:
        with self._database.session() as session:
            work = UnitOfWork(
                session,
                call=Call(SYSTEM, headers),
                claim=InboxClaim(delivery, session),
                clock=self._clock,
            )
            # first of all: what a handler does outside the database must not happen for a double
            work.begin()
            handler(work, delivery.event)
            work.commit()
        return work

    def _failed(self, delivery: Delivery, error: Exception) -> str:
        reason = describe(error)
        metrics.event_failed(delivery.subscription.handler)
        with self._database.session() as session:
            state = inbox.keep_failed(
                session,
                delivery,
                reason,
                first_delay=self._first_delay,
                max_tries=self._max_tries,
            )
        log.warning(
            "event not handled",
            handler=delivery.subscription.handler,
            event_id=delivery.event.id,
            tries=delivery.tries + 1,
            state=state,
            reason=reason,
        )
        return state


def describe(error: Exception) -> str:
    """What failed and where, without the message: it may quote personal data."""
    what = error.code if isinstance(error, DomainError) else type(error).__name__
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/services/" in f.filename]
    if not frames:
        return what
    place = frames[-1].filename.rpartition("/services/")[2]
    return f"{what} at services/{place}:{frames[-1].lineno}"
