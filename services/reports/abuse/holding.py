"""What looks like abuse is taken in, kept from the public's eyes, and looked at by a person.

Held is moderated from its first moment on (`moderation.py`): the agency sees it and works on it;
to `restore` it shows it to everybody. A refusal would be wrong too often: many people share an
address, and neighbours say the same of the same flood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.ids import new_id
from services.chassis.principal import STAFF
from services.chassis.unit_of_work import UnitOfWork
from services.reports import moderation_repository
from services.reports.abuse import blocks, metrics, repository
from services.reports.abuse.suspicion import Reason, Told, fingerprint, reasons
from services.reports.catalogue import Catalogue
from services.reports.moderation_contract import HIDDEN, WHOLE

# who moderated, where nobody did
BY_ITSELF = "system"


@dataclass(frozen=True)
class Admission:
    """What is known when something comes in. told: None of staff, who are not suspected.

    serial: the next of public numbers, for a report.
    """

    told: Told | None
    reasons: list[Reason]
    serial: int = 0


def admit_report(
    work: UnitOfWork, placed: dict[str, Any], likenesses: list[str], city: Catalogue
) -> Admission:
    """Before a report is taken in, in one round trip. placed: what and where. Raises Blocked."""
    told = _told(work, placed["description"], placed, likenesses)
    values = _values(told, city) | {"area": placed["area"]}
    found = repository.opening(work, work.call.sender.all_marks(work.call.principal), values)
    if found["id"] is not None:
        raise blocks.refusal(found, city)
    why = _judged(told, placed["description"], found["earlier"], found["guests"], city)
    return Admission(told, why, found["serial"])


def admit_comment(work: UnitOfWork, text: str, city: Catalogue) -> Admission:
    """Before a comment is taken in. Raises Blocked."""
    blocks.check(work, city)
    told = _told(work, text, {"lat": 0.0, "long": 0.0}, [])
    if told is None or city.abuse.holding is None:
        return Admission(told, [])
    return Admission(told, _judged(told, text, repository.said(work, told.words), 0, city))


def keep(work: UnitOfWork, report: Row, admission: Admission) -> None:
    """Remember who sent this version of a report, and what it was like."""
    if admission.told is not None:
        repository.keep(work, report, admission.told, work.call.sender.networks)


def hold_report(work: UnitOfWork, report: dict[str, Any], admission: Admission) -> None:
    """Make a new report, which is not yet written, one that the public does not see."""
    report["suspected"] = [one.value for one in admission.reasons] or None
    report["original_visibility"] = report["visibility"]
    if admission.reasons:
        report["visibility"] = "secret"


def remember_report(work: UnitOfWork, report: Row, admission: Admission) -> None:
    """Note that a report, which is written, is held, if it is."""
    original = report["original_visibility"]
    _hold(work, report, admission, WHOLE, original, "secret")


def remember_comment(work: UnitOfWork, report: Row, text: str, admission: Admission) -> None:
    """Hold a comment, which made this version of a report, if it has to be."""
    _hold(work, report, admission, f"timeline.{report['version']}", text, HIDDEN)


def decided(work: UnitOfWork, report_id: str, what: str) -> None:
    """Somebody looked at it: shows it, or hides it for good."""
    kind, _, version = what.partition(".")
    if kind in (WHOLE, "timeline"):
        repository.decide(work, report_id, int(version or 1))


def list_suspected(
    work: UnitOfWork, agency: str | None, body: dict[str, Any]
) -> tuple[list[Row], str | None]:
    """One page of what waits, the longest first, and where the next one begins."""
    rows = repository.held(work, body, agency, Cursor.read(body.get("cursor")))
    work.audit("suspects.listed", agency or "city")
    return page_of(rows, body["limit"], lambda row: Cursor(row["held_id"]))


def _hold(
    work: UnitOfWork, report: Row, admission: Admission, what: str, original: str, shown: str
) -> None:
    if not admission.reasons:
        return
    why = [one.value for one in admission.reasons]
    repository.hold(work, {"id": new_id(), "reasons": why}, report)
    reason = f"Ditahan otomatis · held automatically: {', '.join(why)}"
    before = report | {"version": report["version"] - 1}
    moderation_repository.add(work, before, what, original, shown, reason, actor=BY_ITSELF)
    work.audit("report.suspected", report["id"])
    for one in why:
        work.after_commit(lambda one=one: metrics.held(one))  # type: ignore[misc]


def _told(
    work: UnitOfWork, text: str, placed: dict[str, Any], likenesses: list[str]
) -> Told | None:
    principal = work.call.principal
    if principal.role in STAFF:
        return None
    marks = work.call.sender.marks(principal)
    return Told(
        fingerprint(text),
        likenesses,
        marks.get("account"),
        marks.get("device"),
        marks.get("address"),
        placed["lat"],
        placed["long"],
    )


def _judged(
    told: Told | None, text: str, earlier: list[Row], guests: int, city: Catalogue
) -> list[Reason]:
    holding = city.abuse.holding
    if told is None or holding is None:
        return []
    return reasons(told, text, [Told(**row) for row in earlier], guests, holding)


def _values(told: Told | None, city: Catalogue) -> dict[str, Any]:
    """What the search for what is like it needs."""
    looks = told is not None and city.abuse.holding is not None
    one = told or Told("")
    return {
        "looks": looks,
        "has_photos": looks and bool(one.likenesses),
        "words": one.words,
        "account": one.account,
        "device": one.device,
        "address": one.address,
        "guests": city.abuse.holding.guests_of_address if city.abuse.holding else 0,
    }
