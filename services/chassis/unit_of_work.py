"""One command, one transaction, two round trips.

The first read of a command travels together with BEGIN and the claim that makes it happen once
(an idempotency key, or an event's place in the inbox). Everything the command writes - rows,
events, audit, the recorded answer - is collected and travels together with COMMIT.

    def close(work: UnitOfWork, body: dict) -> dict:
        report = work.first("SELECT ... FROM reports WHERE id = %(id)s FOR NO KEY UPDATE", body)
        work.write("UPDATE reports SET ...", {...})
        work.emit(contract.CLOSED, report["id"], report["version"] + 1, {...})
        return {...}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from services.chassis import audit, envelope, outbox
from services.chassis.call import Call
from services.chassis.clock import Clock, SystemClock
from services.chassis.contract import EventType
from services.chassis.database import Params, Row, Session

_CLAIM_PREFIX = "claim_"


class Claim(Protocol):
    """What makes a transaction happen once.

    opening: statements that travel before the first read, in its round trip. select: a SELECT of
    exactly one row whose columns begin with `claim_`; it may use a WITH clause given in `with_`.
    """

    with_: str

    def opening(self, session: Session) -> str:
        """Statements that go first, rendered."""
        ...

    def select(self, session: Session) -> str:
        """The SELECT of the one claim row, rendered."""
        ...

    def check(self, row: Row) -> None:
        """Raise if the work must not be done (again)."""
        ...

    def close(self, work: UnitOfWork, answer: Any) -> None:
        """Add the writes that record the outcome."""
        ...


class UnitOfWork:
    """What a command or query works with. Nothing is visible to others before `commit`.

    call: who asks and how. clock: what time it is.
    """

    def __init__(
        self,
        session: Session,
        *,
        call: Call | None = None,
        claim: Claim | None = None,
        clock: Clock | None = None,
        transaction: bool = True,
    ) -> None:
        self.call = call or Call()
        self.clock = clock or SystemClock()
        self.emitted = False
        self._session = session
        self._claim = claim
        self._transaction = transaction
        self._begun = False
        self._writes: list[str] = []
        self._after_commit: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Open the transaction and make the claim now, before anything else is done.

        Raises what the claim raises when the work must not be done.
        """
        if not self._begun:
            self._begin("SELECT 1 AS nothing")

    def first(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row of a SELECT, or None."""
        rows = self.all(sql, params)
        return rows[0] if rows else None

    def all(self, sql: str, params: Params | None = None) -> list[Row]:
        """All rows of a SELECT; the caller bounds their number in the SQL."""
        rendered = self._session.render(sql, params or {})
        if self._begun or not self._transaction:
            return self._session.execute(rendered)
        return self._begin(rendered)

    def write(self, sql: str, params: Params) -> None:
        """Collect an INSERT, UPDATE or DELETE; it is sent with COMMIT."""
        self._writes.append(self._session.render(sql, params))

    def forget(self) -> None:
        """Drop what was collected so far; what was read and locked stays so."""
        self._writes.clear()
        self._after_commit.clear()
        self.emitted = False

    def emit(self, event_type: EventType, subject: str, version: int, data: dict[str, Any]) -> None:
        """Collect an event. Call it under the lock of its aggregate, so that order holds.

        subject: the aggregate's id; version: its version after this command. Personal data does
        not belong in `data`. Raises Invalid if `data` breaks the event's schema.
        """
        sealed = envelope.seal(
            event_type,
            subject,
            version,
            data,
            at=self.clock.now(),
            traceparent=self.call.headers.traceparent,
        )
        self.write(*outbox.insert(event_type, sealed))
        self.emitted = True

    def audit(self, action: str, subject: str, *, purpose: str = "service") -> None:
        """Collect an audit row: the caller did `action` to `subject` for `purpose`.

        Only ids, never personal data, so that erasing a person stays possible.
        """
        self.write(*audit.insert(self.call, action, subject, purpose, self.clock.now()))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction is durable; it must not fail and not block."""
        self._after_commit.append(action)

    def commit(self, answer: Any = None) -> None:
        """Send everything collected, together with COMMIT, and run what waits for it.

        A query that collected nothing sends nothing.
        """
        if self._transaction:
            self.begin()
        if self._claim is not None:
            self._claim.close(self, answer)
        self._send()
        for action in self._after_commit:
            action()

    def _send(self) -> None:
        if not self._writes and not self._begun:
            return
        opening = [] if self._begun else ["BEGIN"]
        self._session.execute(";\n".join([*opening, *self._writes, "COMMIT"]))
        self._writes.clear()
        self._begun = False

    def _begin(self, sql: str) -> list[Row]:
        claim = self._claim
        if claim is None:
            rows = self._session.execute(f"BEGIN;\n{sql}")
            self._begun = True
            return rows
        script = "\n".join(
            [
                "BEGIN;",
                claim.opening(self._session),
                claim.with_,
                f"SELECT claim.*, found.* FROM ({claim.select(self._session)}) claim",
                f"LEFT JOIN LATERAL (SELECT true AS claim_found, q.* FROM ({sql}) q) found ON true",
            ]
        )
        rows = self._session.execute(script)
        self._begun = True
        claim.check(rows[0])
        return [_without_claim(row) for row in rows if row["claim_found"]]


def _without_claim(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith(_CLAIM_PREFIX)}
