"""How a service says what it offers: operations, events and subscriptions.

Each service's `contract.py` builds one `Contract` from these. RPC entrypoints, topology, OpenAPI,
AsyncAPI and the contract tests are all derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.chassis.errors import DomainError
from services.chassis.fields import Schema
from services.chassis.principal import EVERYBODY, Principal, Role, service_subject
from services.chassis.text import Text

NAMESPACE = "id.kota"


class Kind(StrEnum):
    """How an operation works with the database.

    A QUERY reads. A COMMAND changes state in one transaction. STEPS opens the transactions it needs
    by itself, because something slow lies between them.
    """

    QUERY = "query"
    COMMAND = "command"
    STEPS = "steps"


@dataclass(frozen=True)
class Operation:
    """One RPC method.

    request/response: schemas of the JSON objects that travel.
    access: the roles that may call it (EVERYBODY includes guests; INTERNAL is for services only).
    callers: the services that may call an INTERNAL one.
    idempotent: a command that honours Idempotency-Key; False only where a replay must not
    repeat a secret (tokens).
    """

    name: str
    request: type[Schema]
    response: type[Schema]
    summary: Text
    kind: Kind = Kind.QUERY
    access: frozenset[Role] = EVERYBODY
    errors: tuple[type[DomainError], ...] = ()
    idempotent: bool = True
    callers: tuple[str, ...] = ()

    def admits(self, principal: Principal) -> bool:
        """Whether `principal` may call it at all."""
        if principal.role is Role.SYSTEM:
            return principal.subject in map(service_subject, self.callers)
        return principal.role in self.access

    @property
    def is_internal(self) -> bool:
        """Only other services call it, so it has no route."""
        return bool(self.callers)


@dataclass(frozen=True)
class EventType:
    """One kind of event that a service publishes.

    consumers: the services whose contracts subscribe to it; while it has any, an event that
    reaches no queue is held back instead of being lost. listeners: the processes that may hear it
    while they are there; for them nobody keeps it. by_subject: every service publishes it, each
    of itself, and its subject says which; else its source is the service that publishes it.
    """

    source: str
    name: str
    data: type[Schema]
    summary: Text
    version: int = 1
    consumers: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    by_subject: bool = False

    @property
    def type(self) -> str:
        """CloudEvents `type` and routing key, such as `id.kota.reports.report.submitted.v1`."""
        return f"{NAMESPACE}.{self.source}.{self.name}.v{self.version}"

    @property
    def exchange(self) -> str:
        """The source's exchange, named as nameko names it."""
        return event_exchange(self.source)


@dataclass(frozen=True)
class Subscription:
    """One handler's interest in events of other services.

    ordered: events of one subject are handled one after the other, and a failed one holds back
    the later ones of its subject; `ordered=False` for handlers to which order means nothing.
    """

    service: str
    handler: str
    events: tuple[EventType, ...]
    summary: Text
    ordered: bool = True

    @property
    def queue(self) -> str:
        """Queue name; the version is part of it since a queue's arguments cannot change."""
        return f"{self.service}.{self.handler}.v1"


@dataclass(frozen=True)
class Contract:
    """The published language of one service."""

    service: str
    summary: Text
    operations: tuple[Operation, ...] = ()
    events: tuple[EventType, ...] = ()
    subscriptions: tuple[Subscription, ...] = field(default=())

    def operation(self, name: str) -> Operation:
        """The operation of that name; KeyError if there is none."""
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise KeyError(f"{self.service} has no operation {name!r}")


def event_exchange(service: str) -> str:
    """The exchange on which `service` publishes its events."""
    return f"{service}.events"


def dead_letter_exchange() -> str:
    """The one exchange for messages that nobody could read."""
    return "dead-letters"


def dead_letter_queue(service: str) -> str:
    """Where the unreadable messages of `service` end."""
    return f"{service}.dead-letters"
