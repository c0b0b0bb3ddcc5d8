"""Who did what to whose data, when and why: one row in the same transaction as the deed.

`sealer.py` chains the rows into signed seals, `audit_verify.py` checks them.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis.call import Call
from services.chassis.database import Params, Row
from services.chassis.jsontext import digest

_INSERT = """
WITH entry AS (
  INSERT INTO chassis.audit (at, actor, role, agency, action, subject, purpose, request_id)
  VALUES (%(at)s, %(actor)s, %(role)s, %(agency)s, %(action)s, %(subject)s, %(purpose)s,
          %(request_id)s)
  RETURNING id)
INSERT INTO chassis.audit_unsealed (audit_id) SELECT id FROM entry"""

COLUMNS = "id, at, actor, role, agency, action, subject, purpose, request_id"


def insert(call: Call, action: str, subject: str, purpose: str, at: datetime) -> tuple[str, Params]:
    """The statement that adds an audit row and marks it as not yet sealed."""
    principal = call.principal
    return _INSERT, {
        "at": at,
        "actor": principal.subject,
        "role": principal.role.value,
        "agency": principal.agency,
        "action": action,
        "subject": subject,
        "purpose": purpose,
        "request_id": call.headers.request_id,
    }


def row_digest(row: Row) -> str:
    """SHA-256 over all columns of an audit row (`COLUMNS`), times in UTC."""
    return digest({key: _plain(value) for key, value in row.items()})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
