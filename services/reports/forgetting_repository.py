"""Writes that remove who reported."""

from __future__ import annotations

from services.chassis.unit_of_work import UnitOfWork

# who did what a reporter did
REMOVED = "removed"
_ORIGINALS = "UPDATE report_moderation SET original = NULL WHERE report_id = %(id)s"
# the history is append-only for the service's role: a function of its owner's replaces the reporter
# of the report, and nobody else, so it goes first
_ACCOUNT = """
SELECT report_history_forget(%(id)s);
UPDATE report SET reporter = NULL WHERE id = %(id)s;
UPDATE report_support SET person = %(removed)s WHERE report_id = %(id)s AND person = %(account)s;
UPDATE report_moderation SET actor = %(removed)s
WHERE report_id = %(id)s AND actor = %(account)s"""
# events that are still on their way, also those that tell an original of its duplicate; ids are of
# one form, so nothing else is met
_ON_THEIR_WAY = """
UPDATE chassis.outbox SET body = replace(body, %(account)s, %(removed)s)
WHERE subject = %(id)s OR (position('linked.v1' IN body) > 0 AND position(%(id)s IN body) > 0)"""
# what was answered is repeated for a while: to the reporter, and to staff, who saw who it was. The
# audit knows which staff that is, so that not everybody's answers are looked through
_ANSWERS = """
DELETE FROM chassis.idempotency
WHERE principal = %(account)s AND response->>'id' = %(id)s;
UPDATE chassis.idempotency
SET response = (response::jsonb - 'reporter' - 'contact')::json
WHERE response->>'id' = %(id)s AND principal IN (
  SELECT DISTINCT actor FROM chassis.audit
  WHERE subject = %(id)s AND role IN ('officer', 'supervisor', 'head', 'auditor', 'admin'))"""


def forget_originals(work: UnitOfWork, report_id: str) -> None:
    """What was moderated away cannot be read again."""
    work.write(_ORIGINALS, {"id": report_id})


def forget_account(work: UnitOfWork, report_id: str, account: str) -> None:
    """Let nothing of a report name the account that reported it."""
    values = {"id": report_id, "account": account, "removed": REMOVED}
    for sql in (_ACCOUNT, _ON_THEIR_WAY, _ANSWERS):
        work.write(sql, values)
