"""Run a service's commands as its entrypoints do, on a real database, without nameko."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from services.chassis.call import Call, CallHeaders
from services.chassis.clock import FixedClock
from services.chassis.contract import Kind, Operation
from services.chassis.database import Database, Params, Row
from services.chassis.fields import load
from services.chassis.idempotency import IdempotencyClaim, Replayed
from services.chassis.principal import GUEST, Principal
from services.chassis.sender import Sender
from services.chassis.text import Language
from services.chassis.unit_of_work import UnitOfWork

Command = Callable[[UnitOfWork, dict[str, Any]], dict[str, Any]]


class Caller:
    """Calls operations on `database`, at the time of `clock`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(datetime(2026, 6, 1, 3, tzinfo=UTC))
        self._sender = Sender()

    @contextmanager
    def sent_by(self, sender: Sender) -> Iterator[None]:
        """Whatever is asked for meanwhile comes from that device and address."""
        self._sender = sender
        yield
        self._sender = Sender()

    def ask(
        self,
        operation: Operation,
        command: Command,
        body: dict[str, Any],
        *,
        by: Principal = GUEST,
        language: Language = "id",
        key: str | None = None,
        if_match: int | None = None,
    ) -> Any:
        """Validate, run, commit; the answer in the form that is recorded and sent."""
        headers = CallHeaders(
            language=language,
            request_id="test",
            if_match=if_match,
            device=self._sender.device,
            networks=",".join(self._sender.networks),
        )
        call = Call(by, headers)
        claim = IdempotencyClaim(by.subject, operation.name, key, body) if key else None
        request = load(operation.request, body)
        with self.database.session() as session:
            work = UnitOfWork(
                session,
                call=call,
                claim=claim,
                clock=self.clock,
                transaction=operation.kind is Kind.COMMAND,
            )
            try:
                answer = operation.response().dump(command(work, request))
                work.commit(answer)
            except Replayed as replayed:
                return replayed.answer
        return answer

    def rows(self, sql: str, params: Params | None = None) -> list[Row]:
        """What the database holds."""
        with self.database.session() as session:
            return session.execute(sql, params)

    def audited(self) -> list[tuple[str, str, str]]:
        """(actor, action, subject) of everything audited so far, in order."""
        rows = self.rows("SELECT actor, action, subject FROM chassis.audit ORDER BY id")
        return [(row["actor"], row["action"], row["subject"]) for row in rows]
