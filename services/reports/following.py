"""What citizens say about a report without changing its case: "me too", and "tell me"."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import queries, repository
from services.reports.abuse import blocks
from services.reports.catalogue import Catalogue
from services.reports.commands import shown, view
from services.reports.contract import FOLLOWER_CHANGED


def support(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Count the caller once among those whom the report concerns too; again is no error.

    Raises NotFound, StaleVersion, Blocked.
    """
    blocks.check(work, city)
    report = _seen(work, body["id"])
    known = queries.support(work, report["id"])
    if not known["directly"]:
        repository.add_support(work, report["id"])
        report["supports"] += not known["counted"]
        work.audit("report.support", report["id"])
    return shown(work, report, city)


def follow(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The caller wants to be told of what happens, or no more. Raises as support
    does."""
    blocks.check(work, city)
    report = _seen(work, body["id"])
    told = {
        "report_id": report["id"],
        "person": work.call.principal.subject,
        "following": body["following"],
        # under the lock of the report, so in the order of the changes
        "serial": repository.next_follower_serial(work),
    }
    work.emit(FOLLOWER_CHANGED, report["id"], report["version"], told)
    work.audit("report.follow", report["id"])
    return shown(work, report, city)


def _seen(work: UnitOfWork, report_id: str) -> Row:
    report = queries.locked(work, report_id)
    if report is None or not view(work, report).content:
        raise NotFound()
    work.call.check_version(report["version"])
    return report
