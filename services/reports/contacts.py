"""What can be done with the address that a guest left."""

from __future__ import annotations

from typing import Any

from services.chassis.errors import NotFound
from services.chassis.ids import tracking_code
from services.chassis.unit_of_work import UnitOfWork
from services.reports import queries, repository
from services.reports.commands import tracked
from services.reports.contact_contract import CONTACT_FORGOTTEN

_NONE = {"email": None, "language": None, "tracking_code": None}


def contact_of_report(work: UnitOfWork, body: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """Where to write to a guest; who asks and what for is audited."""
    found = queries.contact(work, body["report_id"])
    work.audit("contact.read", body["report_id"], purpose=body["purpose"])
    if found is None:
        return _NONE
    code = tracking_code(secret, found["number"])
    return {"email": found["email"], "language": found["language"], "tracking_code": code}


def forget_contact(work: UnitOfWork, body: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """Forget a guest's address, for who knows number and code. Raises NotFound; again is none."""
    known = tracked(work, body, secret)
    report = queries.locked(work, known["id"])
    if report is None:
        raise NotFound()
    repository.forget_contact(work, report["id"])
    told = {"report_id": report["id"]}
    work.emit(CONTACT_FORGOTTEN, report["id"], report["version"], told)
    work.audit("contact.forgotten", report["id"])
    return {}
