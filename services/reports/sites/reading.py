"""Sites as their readers see them: which there are, the worst of them, one with all it has."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Cursor, Weight, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import commands, listing
from services.reports import errors as report_errors
from services.reports.catalogue import Catalogue
from services.reports.domain import is_overseer, works_for
from services.reports.sites import errors, queries

_OF_STAFF = ("officer", "answer", "escalation")


def list_sites(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page. Raises Malformed for a foreign cursor; Invalid for codes that nothing has."""
    place = Weight if body["sort"] == "worst" else Cursor
    after = place.read(body.get("cursor"))
    rows = queries.page(work, _wanted(work, body, city), after)
    page, following = page_of(rows, body["limit"], place.of)
    return {"items": [shown(work, site, city) for site in page], "next": following}


def get_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One site. Raises NotFound if there is none, or no public report lies on it."""
    return shown(work, found(work, body["id"]), city)


def site_reports(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page of the reports that lie on it, newest first. Raises Malformed, NotFound."""
    asked = body | {"id": found(work, body["id"])["id"]}
    rows = queries.reports(work, asked, Cursor.read(body.get("cursor")))
    page, after = page_of(rows, body["limit"])
    return {"items": commands.listed(work, page, city), "next": after}


def site_photos(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Photos of its reports, which everybody sees. Raises NotFound as get_site does."""
    return {"items": queries.photos(work, found(work, body["id"])["id"]), "next": None}


def found(work: UnitOfWork, site_id: str) -> Row:
    """The site that an id means, as everybody sees it. Raises NotFound."""
    meant = queries.leads_to(work, site_id)
    site = None if meant is None else queries.one(work, meant)
    if site is None:
        raise NotFound()
    return site


def shown(work: UnitOfWork, site: Row, city: Catalogue) -> dict[str, Any]:
    """A site as the caller sees it."""
    language, principal = work.call.language, work.call.principal
    agencies = {site["agency"], *(part["agency"] for part in site["parts"])}
    is_staff = is_overseer(principal) or any(works_for(principal, one) for one in agencies)
    parts = []
    for part in site["parts"]:
        name = city.names(None, part["agency"], language)["agency_name"]
        hidden = () if is_staff else _OF_STAFF
        seen = {field: value for field, value in part.items() if field not in hidden}
        parts.append(seen | {"agency_name": name})
    hours = [{"hours": code, "reports": count} for code, count in site["hours"].items()]
    names = city.names(site["area"], site["agency"], language)
    return site | names | {"parts": parts, "hours": hours}


def _wanted(work: UnitOfWork, asked: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    own = {"category": tuple(city.sites), "kind": _kinds(city)}
    for name, known in own.items():
        if name in asked and asked[name] not in known:
            _check_used(work, name, asked[name], known)
    return listing.places(work, asked, city)


def _check_used(work: UnitOfWork, name: str, code: str, known: tuple[str, ...]) -> None:
    """A city pack drops codes that old sites still have; those can be asked for, too."""
    if not queries.is_used(work, name, code):
        raise (errors.unknown_kind if name == "kind" else report_errors.unknown_category)(known)


def _kinds(city: Catalogue) -> tuple[str, ...]:
    found = (code for rules in city.sites.values() for code in rules.order.get("kind", ()))
    return tuple(dict.fromkeys(found))
