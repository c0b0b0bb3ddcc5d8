"""What can be done with reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.capabilities import Capabilities
from services.chassis.city import clean_answers
from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.errors import Invalid, NotFound
from services.chassis.ids import is_public_number, new_id, public_number, same_code, tracking_code
from services.chassis.principal import AGENCY_STAFF, LOGGED_IN, Principal, key_of_app
from services.chassis.unit_of_work import UnitOfWork
from services.reports import (
    contract,
    errors,
    list_queries,
    listing,
    photos,
    queries,
    repository,
)
from services.reports.abuse import holding
from services.reports.catalogue import Catalogue
from services.reports.city import Category
from services.reports.domain import View, view_of, works_for
from services.reports.incidents import commands as incidents
from services.reports.lifecycle import State
from services.reports.service_levels import Terms

PREFIX = "LP"
_ASKED = ("category", "description", "lat", "long")
_OF_STAFF = ("officer", "escalation", "app")
_CONTACT = ("contact_email", "contact_name", "contact_phone")


def submit_report(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue, capabilities: Capabilities
) -> dict[str, Any]:
    """Take a report in: find area and agency, give it a number, and tell the city.

    For a guest who leaves a contact address the answer keeps a place for the tracking code, which
    is filled in only after the answer has been recorded.
    Raises Invalid for an unknown category, wrong attributes, a place outside the city, photos that
    are not the caller's, or a contact address from somebody who is logged in; Blocked.
    """
    _check_reporter(work, body)
    given, placed = body.get("photos", []), _placed(body, city)
    likenesses = photos.likenesses(work, given, capabilities)
    admission = holding.admit_report(work, placed, likenesses, city)
    uploaded = photos.taken(work, given, capabilities)
    report = _new(work, body, placed, admission.serial, city)
    holding.hold_report(work, report, admission)
    report["photos"] = photos.numbered(uploaded, 1, report)
    repository.insert(work, report)
    repository.add_photos(work, report["id"], uploaded, first=1, version=1)
    behalf = {name: body[name] for name in ("on_behalf_of",) if name in body}
    repository.remember(work, report, "submitted", behalf)
    work.emit(contract.SUBMITTED, report["id"], 1, announcement(report, city))
    work.audit("report.submitted", report["id"], purpose="on_behalf_of" if behalf else "service")
    holding.keep(work, report, admission)
    holding.remember_report(work, report, admission)
    if any(name in body for name in _CONTACT):
        repository.keep_contact(work, report["id"], body, work.call.language)
    incident = incidents.join(work, report, city)
    answer = shown(work, report, city) | _held(report)
    answer |= {"incident": incident} if incident else {}
    return answer | ({"tracking_code": None} if "contact_email" in body else {})


def get_report(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Read one report. Raises NotFound if it is not there or not for the caller."""
    report = queries.by_id(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    _trace(work, [report], "report.read")
    return shown(work, report, city) | _contact(work, report)


def _contact(work: UnitOfWork, report: Row) -> dict[str, Any]:
    """Whom its staff may call; that they looked is audited."""
    if not works_for(work.call.principal, report["agency"]):
        return {}
    found = queries.contact(work, report["id"])
    if found is None or not (found["name"] or found["phone"]):
        return {}
    work.audit("contact.read", report["id"])
    return {"contact": {"name": found["name"], "phone": found["phone"]}}


def get_photo(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Where one photo is kept. Raises NotFound as get_report does."""
    found = queries.photo(work, body["id"], body["n"])
    if found is None or not view(work, found).content:
        raise NotFound()
    withheld = found.pop("is_withheld")
    if withheld and not view(work, found).identity:
        raise NotFound()
    is_public = found["visibility"] != "secret" and not withheld
    if not is_public:
        work.audit("report.photo_read", found["id"])
    return found | {
        "size": body["size"],
        "is_public": is_public,
        "name": f"{found['number']}-{body['n']}.jpg",
    }


def list_reports(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page of the reports the caller may see.

    Raises Malformed for a foreign cursor; Invalid as `listing.wanted` does.
    """
    cursor, wanted = Cursor.read(body.get("cursor")), listing.wanted(work, body, city)
    rows, after = page_of(list_queries.page(work, wanted, cursor), body["limit"])
    return {"items": listed(work, rows, city), "next": after}


def listed(work: UnitOfWork, rows: list[Row], city: Catalogue) -> list[dict[str, Any]]:
    """Reports as the caller sees them in a list."""
    items = [anonymous(row) for row in rows]
    _trace(work, items, "report.listed")
    return [shown(work, item, city) for item in items]


def track_report(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue, secret: bytes
) -> dict[str, Any]:
    """Read a report by number and tracking code. Raises NotFound as `tracked` does."""
    report = tracked(work, body, secret)
    work.audit("report.tracked", report["id"])
    return shown(work, report, city) | _held(report)


def tracked(work: UnitOfWork, body: dict[str, Any], secret: bytes) -> Row:
    """The report of a number and its tracking code; a wrong one of either is NotFound."""
    number, code = body["number"].upper(), body["code"].upper()
    if not is_public_number(PREFIX, number) or not same_code(tracking_code(secret, number), code):
        raise NotFound()
    report = queries.by_number(work, number)
    if report is None:
        raise NotFound()
    return report


def _new(
    work: UnitOfWork, body: dict[str, Any], placed: dict[str, Any], serial: int, city: Catalogue
) -> dict[str, Any]:
    principal, now = work.call.principal, work.clock.now()
    number = public_number(PREFIX, city.local_time(now).year, serial)
    terms = city.terms(placed["category"], placed["agency"])
    reporter = _reporter(principal, body)
    report = begun(placed, terms, now, report_id=new_id(), number=number, reporter=reporter)
    return report | {"app": key_of_app(principal)}


def begun(
    placed: dict[str, Any],
    terms: Terms,
    now: datetime,
    *,
    report_id: str,
    number: str,
    reporter: str | None,
) -> dict[str, Any]:
    """A report that comes in now; placed: what was reported, and who answers for it."""
    return (
        placed
        | terms.begin(State.SUBMITTED, now)
        | {
            "id": report_id,
            "number": number,
            "version": 1,
            "state": State.SUBMITTED.value,
            "reporter": reporter,
            "app": None,
            "officer": None,
            "helpers": [],
            "rating": None,
            "asked_at": None,
            "still_well": None,
            "supports": 0,
            "duplicate_of": None,
            "original": None,
            "duplicates": 0,
            "created_at": now,
            "updated_at": now,
        }
    )


def _check_reporter(work: UnitOfWork, body: dict[str, Any]) -> None:
    behalf = body.get("on_behalf_of")
    if behalf is not None and work.call.principal.role not in AGENCY_STAFF:
        raise errors.not_on_behalf()
    account = behalf.get("account") if behalf else None
    if account is not None and not queries.is_citizen(work, account):
        raise errors.unknown_citizen()
    has_account = account is not None if behalf else work.call.principal.role in LOGGED_IN
    if "contact_email" in body and has_account:
        raise errors.contact_not_needed()


def _reporter(principal: Principal, body: dict[str, Any]) -> str | None:
    if "on_behalf_of" in body:
        account: str | None = body["on_behalf_of"].get("account")
        return account
    return principal.subject if principal.role in LOGGED_IN else None


def _placed(body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    category = city.category(body["category"])
    area, agency = city.place(category, body["lat"], body["long"])
    visibility = body.get("visibility") or ("anonymous" if category.anonymous_default else "public")
    return {name: body[name] for name in _ASKED} | {
        "visibility": visibility,
        "attributes": _answers(category, body.get("attributes", {})),
        "area": area,
        "agency": agency,
        "address": body.get("address"),
        "approximate": body.get("approximate", False),
    }


def _answers(category: Category, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return clean_answers(category.attributes, given)
    except Invalid as invalid:
        raise errors.under("attributes", invalid) from None


def announcement(report: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """What events tell of a report."""
    names = ("number", "category", "area", "agency", "visibility", "reporter")
    return {name: report[name] for name in names} | {
        "report_id": report["id"],
        "category_name": city.category(report["category"]).name.data(),
    }


def view(work: UnitOfWork, report: Row) -> View:
    """How much of a report the caller sees."""
    return view_of(
        work.call.principal,
        visibility=report["visibility"],
        agency=report["agency"],
        reporter=report["reporter"],
        helpers=report["helpers"],
    )


def anonymous(report: Row) -> Row:
    """As it stands in lists: nobody needs to know there who reported."""
    return report | {"reporter": None}


def _trace(work: UnitOfWork, rows: list[Row], action: str) -> None:
    """Reading a secret report or a reporter's identity leaves a trace."""
    for row in rows:
        if row["visibility"] == "secret" or (row["reporter"] and view(work, row).identity):
            work.audit(action, row["id"])


def shown(work: UnitOfWork, report: Row, city: Catalogue) -> dict[str, Any]:
    """A report as the caller sees it."""
    found = report | city.names(report["area"], report["agency"], work.call.language)
    found["duplicate_of"] = _original(work, report)
    sees_people = view(work, report).identity
    is_own = report["reporter"] == work.call.principal.subject
    found.pop("suspected", None)
    found |= _held(report) if sees_people or is_own else {}
    if report["reporter"] is None or not sees_people:
        found.pop("reporter")
    if not sees_people:
        for name in _OF_STAFF:
            found.pop(name, None)
        found["duplicates"] = report.get("public_duplicates", 0)
    return found


def _held(report: Row) -> dict[str, Any]:
    """Why it waits to be looked at, for who sent it and for staff; nothing if it does not."""
    return {"suspected": report["suspected"]} if report.get("suspected") else {}


def _original(work: UnitOfWork, report: Row) -> Row | None:
    """Of what a report is a duplicate, unless the caller may not see that one."""
    original: Row | None = report["original"]
    return original if original is not None and view(work, original).content else None
