"""Idempotency-Key: the same request sent twice has one effect and the same answer.

Scope: (principal, operation, key); kept for KEPT_DAYS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.chassis import jsontext
from services.chassis.database import Row, Session
from services.chassis.errors import IdempotencyKeyReused

if TYPE_CHECKING:
    from services.chassis.unit_of_work import UnitOfWork

KEPT_DAYS = 7

_CLAIM = """
INSERT INTO chassis.idempotency (principal, operation, key, fingerprint, created_at)
VALUES (%(principal)s, %(operation)s, %(key)s, %(fingerprint)s, now())
ON CONFLICT DO NOTHING;"""

_SELECT = """
SELECT fingerprint AS claim_fingerprint, response AS claim_response FROM chassis.idempotency
WHERE principal = %(principal)s AND operation = %(operation)s AND key = %(key)s"""

_RECORD = """
UPDATE chassis.idempotency SET response = %(response)s
WHERE principal = %(principal)s AND operation = %(operation)s AND key = %(key)s"""

FORGET = "DELETE FROM chassis.idempotency WHERE created_at < now() - interval '7 days'"


class Replayed(Exception):
    """Not an error: the request was served before, and this was the answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class IdempotencyClaim:
    """A unit of work's claim to one key. A second claim waits until the first has ended."""

    with_ = ""

    def __init__(self, principal: str, operation: str, key: str, body: Any) -> None:
        self._params = {
            "principal": principal,
            "operation": operation,
            "key": key,
            "fingerprint": jsontext.digest(body),
        }

    def opening(self, session: Session) -> str:
        """Claim the key; if somebody holds it, wait for the end of that transaction."""
        return session.render(_CLAIM, self._params)

    def select(self, session: Session) -> str:
        """Read what the key stands for now."""
        return session.render(_SELECT, self._params)

    def check(self, row: Row) -> None:
        """Raise Replayed with the recorded answer, or IdempotencyKeyReused for another request."""
        if row["claim_fingerprint"] != self._params["fingerprint"]:
            raise IdempotencyKeyReused()
        if row["claim_response"] is not None:
            raise Replayed(row["claim_response"])

    def close(self, work: UnitOfWork, answer: Any) -> None:
        """Record the answer in the same transaction."""
        work.write(_RECORD, self._params | {"response": jsontext.dumps(answer)})
