"""The chassis as one call sees it: who calls, what is asked, one transaction, one answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from eventlet import Timeout

from services.chassis import fields, logs, metrics, tracing
from services.chassis.call import DEFAULT_BUDGET_MS, Budget, Call, CallHeaders, traceparent
from services.chassis.contract import Kind, Operation
from services.chassis.errors import (
    DomainError,
    Forbidden,
    InternalError,
    ServiceTimeout,
    Unauthenticated,
)
from services.chassis.idempotency import IdempotencyClaim, Replayed
from services.chassis.rpc_server import BUDGET
from services.chassis.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from services.chassis.runtime import Chassis

log = structlog.get_logger(__name__)

_RPC = {"rpc.system": "nameko"}


class Worker:
    """The chassis inside one call. Attributes other than these are the Chassis' own."""

    def __init__(self, chassis: Chassis, context: dict[str, Any]) -> None:
        self._chassis = chassis
        self._context = context
        self.settings: Any = chassis.settings
        self.city = chassis.city
        self.own = chassis.own
        self.clock = chassis.clock
        self.work = chassis.work
        self.deliver = chassis.deliver
        self.readiness = chassis.readiness
        self.poke = chassis.poke

    def serve(
        self,
        operation: Operation,
        method: Callable[[UnitOfWork, dict[str, Any]], Any],
        body: dict[str, Any] | None,
        present: Callable[[Any, Call], Any] | None,
    ) -> tuple[Any, DomainError | None]:
        """Run one operation from its raw request to its answer or its error. Never raises."""
        started = time.monotonic()
        parent = traceparent(self._context.get("traceparent"))
        with tracing.span(operation.name, tracing.Kind.SERVER, parent, _RPC) as span:
            self._context["traceparent"] = span.traceparent
            answer, error = self._outcome(operation, method, body, present)
            outcome = error.code if error else "ok"
            span.outcome(outcome, failed=error is not None and error.status >= 500)
        metrics.operation_served(operation.name, outcome, time.monotonic() - started)
        return answer, error

    def _outcome(
        self,
        operation: Operation,
        method: Callable[[UnitOfWork, dict[str, Any]], Any],
        body: dict[str, Any] | None,
        present: Callable[[Any, Call], Any] | None,
    ) -> tuple[Any, DomainError | None]:
        budget = self._context.pop(BUDGET, None) or Budget(DEFAULT_BUDGET_MS / 1000)
        try:
            budget.check_turn()
            with Timeout(budget.left, ServiceTimeout()):
                return self._answer(operation, method, body or {}, present, budget), None
        except DomainError as failure:
            return None, failure
        except Exception:
            log.exception("operation failed", operation=operation.name)
            return None, InternalError()

    def _answer(
        self,
        operation: Operation,
        method: Callable[[UnitOfWork, dict[str, Any]], Any],
        body: dict[str, Any],
        present: Callable[[Any, Call], Any] | None,
        budget: Budget,
    ) -> Any:
        call = self._admit(operation)
        request = fields.load(operation.request, body)
        with self._chassis.database.session(budget.check_turn) as session:
            work = UnitOfWork(
                session,
                call=call,
                claim=_claim(operation, call, body),
                clock=self.clock,
                transaction=operation.kind is Kind.COMMAND,
            )
            answer = _run(work, operation, method, request)
        self._chassis.flush(work)
        return present(answer, call) if present else answer

    def _admit(self, operation: Operation) -> Call:
        headers = CallHeaders.read(self._context)
        logs.bind(headers.request_id, headers.traceparent)
        principal = self._chassis.principal(headers)
        if not operation.admits(principal):
            raise Unauthenticated() if principal.is_guest else Forbidden()
        return Call(principal, headers)


def _claim(operation: Operation, call: Call, body: dict[str, Any]) -> IdempotencyClaim | None:
    key = call.headers.idempotency_key
    if key is None or not operation.idempotent or operation.kind is not Kind.COMMAND:
        return None
    return IdempotencyClaim(call.principal.subject, operation.name, key, body)


def _run(
    work: UnitOfWork,
    operation: Operation,
    method: Callable[[UnitOfWork, dict[str, Any]], Any],
    request: dict[str, Any],
) -> Any:
    try:
        answer = fields.instance(operation.response).dump(method(work, request))
        work.commit(answer)
    except Replayed as replayed:
        return replayed.answer
    return answer
