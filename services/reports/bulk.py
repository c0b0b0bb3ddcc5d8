"""One thing done to many reports: taken in at once, done one by one, with progress to look at.

Each report is its own transaction, together with its outcome, so that whatever ends the process in
between, each is done exactly once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.chassis.call import Call, own_call
from services.chassis.capabilities import Capabilities
from services.chassis.database import Row
from services.chassis.errors import DomainError, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import actions, bulk_repository, errors, queries
from services.reports.catalogue import Catalogue

DONE = "done"
BROKEN = "internal_error"


class ItemBroken(Exception):
    """Something unforeseen went wrong with one report of a job; the others must not wait for it."""

    def __init__(self, item: Row) -> None:
        self.item = item
        super().__init__(f"{item['job_id']} {item['n']}")


def assign_many(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Take a job in; nothing is assigned yet. Raises Invalid for what could never be done."""
    city.check_agency(body["agency"])
    officer = body.get("officer")
    if officer is not None and not queries.is_staff(work, officer, body["agency"]):
        raise errors.unknown_officer()
    reports = list(dict.fromkeys(body["reports"]))
    job: dict[str, Any] = {"id": new_id(), "created_at": work.clock.now()}
    assignment = {name: value for name, value in body.items() if name != "reports"}
    bulk_repository.insert(work, job, assignment, reports)
    work.audit("report.assign_many", job["id"])
    return job | {
        "total": len(reports), "done": 0, "failed": 0, "finished": False, "failures": []
    }  # fmt: skip


def get_job(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """How far it is. Raises NotFound for somebody else's."""
    job = bulk_repository.job(work, body["id"])
    if job is None or job["requested_by"] != work.call.principal.subject:
        raise NotFound()
    outcomes = bulk_repository.outcomes(work, job["id"])
    failures = [row for row in outcomes if row["code"] not in (None, DONE)]
    done = sum(row["code"] == DONE for row in outcomes)
    return job | {
        "total": len(outcomes),
        "done": done,
        "failed": len(failures),
        "finished": done + len(failures) == len(outcomes),
        "failures": failures,
    }


def do_next(work: UnitOfWork, city: Catalogue, capabilities: Capabilities) -> bool:
    """Assign the next report of any job as whoever asked for it, and commit; whether there was one.

    Raises ItemBroken; DomainError while the database is away.
    """
    item = bulk_repository.next_item(work)
    if item is None:
        return False
    try:
        bulk_repository.set_outcome(work, item, _outcome(work, item, city, capabilities))
        work.commit()
    except DomainError:
        raise
    except Exception as error:
        raise ItemBroken(item) from error
    return True


def give_up(work: UnitOfWork, item: Row) -> None:
    """Count a report among those that failed."""
    bulk_repository.set_outcome(work, item, BROKEN)


def _outcome(work: UnitOfWork, item: Row, city: Catalogue, capabilities: Capabilities) -> str:
    principal = Principal(item["requested_by"], Role(item["role"]), item["agency"])
    work.call = Call(principal, replace(own_call().headers, request_id=item["job_id"]))
    asked = {"id": item["report_id"], **item["body"]}
    try:
        actions.act(work, "assign", asked, city, capabilities)
    except DomainError as error:
        if error.status >= 500:
            raise
        work.forget()
        return error.code
    return DONE
