"""What a service class declares to stand on the chassis. See README.md for a whole service.

class ReportsService:
    name = CONTRACT.service
    chassis = Chassis(CONTRACT, Settings)

    @operation(contract.SUBMIT_REPORT)
    def submit_report(self, work, body):
        return commands.submit_report(work, body)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from nameko import config
from nameko.extensions import DependencyProvider

from services.chassis import logs, metrics, process_metrics, schema_version, tracing
from services.chassis.call import Call, CallHeaders
from services.chassis.chassis_contract import READINESS, complete, witness
from services.chassis.city import load_city, load_or_exit
from services.chassis.clock import SystemClock
from services.chassis.contract import Contract, Operation
from services.chassis.database import Database, heed_database
from services.chassis.deliveries import Deliveries
from services.chassis.envelope import Event
from services.chassis.errors import DatabaseAway
from services.chassis.events import EventEntrypoint, on_event
from services.chassis.inbox import Delivery
from services.chassis.keeping import Keeping
from services.chassis.principal import Principal
from services.chassis.repeated import RepeatedEntrypoint, repeated
from services.chassis.rpc_server import Rpc, rpc
from services.chassis.sealer import record_witness
from services.chassis.settings import ServiceSettings, read_or_exit, refuse_to_start
from services.chassis.tokens import TokenVerifier
from services.chassis.unit_of_work import UnitOfWork
from services.chassis.worker import Worker

__all__ = ["Chassis", "ChassisService", "on_event", "operation", "repeated"]

log = structlog.get_logger(__name__)

Present = Callable[[Any, Any, Call], Any]


class Chassis(DependencyProvider):
    """Everything a service needs around its own code, in one attribute named `chassis`.

    contract: what the service offers. settings_class: read from the environment when the process
    starts. load: what the service takes from the city pack, found again as `chassis.city`. build:
    makes of settings and city what the process has once, found again as `chassis.own`. A wrong
    environment or a city pack with mistakes ends the process with all problems listed.
    """

    settings: ServiceSettings
    city: Any
    own: Any = None

    def __init__(
        self,
        contract: Contract,
        settings_class: type[ServiceSettings] = ServiceSettings,
        load: Callable[[Path], Any] = load_city,
        build: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        self.contract = complete(contract)
        self._settings_class = settings_class
        self._load = load
        self._build = build

    def bind(self, container: Any, attr_name: str) -> Chassis:
        """Called by nameko first of all: what other extensions read must be known now."""
        bound: Chassis = super().bind(container, attr_name)
        bound.settings = read_or_exit(self._settings_class)
        config["AMQP_URI"] = bound.settings.amqp_url
        logs.configure(self.contract.service, bound.settings.log_level)
        bound.city = load_or_exit(self._load, bound.settings.city_pack)
        container.max_workers = bound.settings.workers
        return bound

    def setup(self) -> None:
        """Open what the service works with; nothing is connected before it is needed."""
        settings = self.settings
        self.clock = SystemClock(settings.clock_offset_seconds)
        self.database = Database(settings.database_url, size=settings.database_connections)
        self._refuse_if_outgrown()
        self._verifier = TokenVerifier(
            settings.auth_public_keys, SystemClock(), settings.service_public_keys
        )
        self._deliveries = Deliveries(
            self.database,
            self.clock,
            first_delay=timedelta(seconds=settings.handler_retry_seconds),
            max_tries=settings.handler_max_tries,
        )
        self._keeping = Keeping(self)
        if self._build is not None:
            self.own = self._build(settings, self.city)

    def _refuse_if_outgrown(self) -> None:
        """End an old process that would fail at every request; a database that is away is waited
        for, as ever."""
        try:
            with self.database.session() as session:
                problem = schema_version.outgrown(self.contract.service, session)
                heed_database(session)
        except DatabaseAway:
            return
        if problem:
            refuse_to_start("The database is not for this process:", [problem])

    def start(self) -> None:
        """Start relay, sealer, retries and the admin port."""
        process_metrics.announce(self.contract.service)
        tracing.start(self.contract.service, self.settings)
        self._keeping.start()

    def stop(self) -> None:
        """Stop them; called when all workers have ended."""
        self._keeping.stop()
        self.database.close()
        tracing.stop()

    def get_dependency(self, worker_ctx: Any) -> Worker:
        """The chassis as one worker sees it."""
        return Worker(self, worker_ctx.data)

    @property
    def entrypoints(self) -> Any:
        """All entrypoints of the service."""
        return self.container.entrypoints

    @property
    def event_entrypoints(self) -> dict[str, EventEntrypoint]:
        """The event handlers by name."""
        found = (e for e in self.entrypoints if isinstance(e, EventEntrypoint))
        return {entry.subscription.handler: entry for entry in found}

    @property
    def consumers(self) -> dict[str, Any]:
        """The consumers of this process by what they consume."""
        found = {name: entry.consumer for name, entry in self.event_entrypoints.items()}
        for entry in self.entrypoints:
            if isinstance(entry, Rpc):
                found["rpc"] = entry.rpc_consumer.consumer
        return found

    def readiness(self) -> dict[str, str]:
        """Each check and its outcome, `ok` or the reason."""
        return self._keeping.checks()

    def deliver(self, delivery: Delivery, handler: Callable[[UnitOfWork, Any], None]) -> str:
        """Give an event to its handler; return the outcome."""
        name, started = delivery.subscription.handler, monotonic()
        if delivery.resumed:
            metrics.event_retried(name)
        outcome, work = self._deliveries.deliver(delivery, handler)
        metrics.event_handled(name, outcome, monotonic() - started)
        if work is not None:
            passed = self.clock.now() - delivery.event.time
            metrics.event_took_effect(name, passed.total_seconds())
        if work is not None and work.emitted:
            self._keeping.poke_relay()
        return outcome

    def principal(self, headers: CallHeaders) -> Principal:
        """Who calls. Raises Unauthenticated if there is a token and it is not valid."""
        return self._verifier.verify(headers.authorization)

    @contextmanager
    def work(self, call: Call | None = None, *, transaction: bool = True) -> Iterator[UnitOfWork]:
        """A unit of work of one's own, for what does not fit one transaction per call.

        The caller commits; events then start to flow at once.
        """
        if call is not None:
            logs.bind(call.headers.request_id, call.headers.traceparent)
        with self.database.session() as session:
            work = UnitOfWork(session, call=call, clock=self.clock, transaction=transaction)
            yield work
        self.flush(work)

    def poke(self, method: str) -> None:
        """Hurry a `repeated` method of this process."""
        for entry in self.entrypoints:
            if isinstance(entry, RepeatedEntrypoint) and entry.method_name == method:
                entry.poke()

    def flush(self, work: UnitOfWork) -> None:
        """Hurry the events of a committed work to the broker."""
        if work.emitted:
            self._keeping.poke_relay()


def operation(
    offered: Operation, present: Present | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve an operation of the contract: the method gets (work, body) and returns the answer.

    Before: token verified, access checked, request validated. After: answer put into the response's
    form, committed, recorded under the idempotency key. present(service, answer, call) may then
    add what must not be stored; it also runs on replays.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        if method.__name__.lstrip("_") != offered.name:
            raise TypeError(f"the method must be named {offered.name!r}")

        @functools.wraps(method)
        def serve(self: Any, body: dict[str, Any] | None = None) -> Any:
            return self.chassis.serve(
                offered, partial(method, self), body, partial(present, self) if present else None
            )

        serve.offered = offered  # type: ignore[attr-defined]
        decorated: Callable[..., Any] = rpc(serve)
        return decorated

    return decorate


class ChassisService:
    """Base of every service class: answers readiness and witnesses the audit of the others.

    Subclasses set `name` and `chassis`. The entrypoints are made per subclass: nameko would take
    a base class with entrypoints for a service of its own, and a queue carries the service's name.
    """

    name: str
    chassis: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Add the entrypoints every service has."""
        super().__init_subclass__(**kwargs)
        cls.readiness = operation(READINESS)(_readiness)  # type: ignore[attr-defined]
        cls.witness_seal = on_event(witness(cls.name))(_witness_seal)  # type: ignore[attr-defined]


def _readiness(self: Any, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    checks = self.chassis.readiness()
    return {"ready": all(value == "ok" for value in checks.values()), "checks": checks}


def _witness_seal(self: Any, work: UnitOfWork, event: Event) -> None:
    record_witness(work, event, self.name)
