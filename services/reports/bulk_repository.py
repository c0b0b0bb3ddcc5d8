"""Jobs over many reports, in the database."""

from __future__ import annotations

from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_JOB = """
INSERT INTO bulk_job (id, requested_by, role, agency, body, created_at)
VALUES (%(id)s, %(requested_by)s, %(role)s, %(agency)s, %(body)s, %(created_at)s)"""
_ITEMS = """
INSERT INTO bulk_item (job_id, n, report_id)
SELECT %(id)s, n, report::uuid FROM unnest(%(reports)s) WITH ORDINALITY AS given (report, n)"""
_FIND = "SELECT id::text, requested_by, created_at FROM bulk_job WHERE id = %(id)s"
_OUTCOMES = """
SELECT report_id::text, outcome AS code FROM bulk_item WHERE job_id = %(id)s ORDER BY n"""
# whoever else is at an item is not waited for
_NEXT = """
SELECT i.job_id::text, i.n, i.report_id::text, j.requested_by, j.role, j.agency, j.body
FROM bulk_item i JOIN bulk_job j ON j.id = i.job_id
WHERE i.outcome IS NULL ORDER BY i.job_id, i.n LIMIT 1 FOR UPDATE OF i SKIP LOCKED"""
_OUTCOME = "UPDATE bulk_item SET outcome = %(outcome)s WHERE job_id = %(job_id)s AND n = %(n)s"


def insert(work: UnitOfWork, job: dict[str, Any], body: dict[str, Any], reports: list[str]) -> None:
    """Add a job of the caller's."""
    principal = work.call.principal
    who = {
        "requested_by": principal.subject, "role": principal.role.value, "agency": principal.agency
    }  # fmt: skip
    work.write(_JOB, job | who | {"body": jsontext.dumps(body)})
    work.write(_ITEMS, {"id": job["id"], "reports": reports})


def job(work: UnitOfWork, job_id: str) -> Row | None:
    """One job."""
    return work.first(_FIND, {"id": job_id})


def outcomes(work: UnitOfWork, job_id: str) -> list[Row]:
    """report_id and code of each item; a null code: not yet."""
    return work.all(_OUTCOMES, {"id": job_id})


def next_item(work: UnitOfWork) -> Row | None:
    """An item that nobody has done, locked until this transaction ends; None if there is none."""
    return work.first(_NEXT)


def set_outcome(work: UnitOfWork, item: Row, outcome: str) -> None:
    """Remember how it went."""
    work.write(_OUTCOME, {"outcome": outcome, "job_id": item["job_id"], "n": item["n"]})
