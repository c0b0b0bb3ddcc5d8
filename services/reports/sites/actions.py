"""What officers do at a site: clean it, enforce, close it, say that two are one, move a report.

A deed is remembered, and the site reckoned anew with it. Whoever merges or moves has the lock under
which reports are taken in, so nothing is linked meanwhile to what goes away.
"""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.domain import works_for
from services.reports.parts import OPEN_PARTS, PartState
from services.reports.sites import errors, keeping, queries, reading, repository
from services.reports.sites.pack import CLEAN, ENFORCE
from services.reports.sites.refreshing import refresh
from services.reports.sites.rules import Deed, SiteState


def begin_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Begin with a duty. Raises NotFound, StaleVersion, Conflict naming what is possible."""
    return _done(work, body, city, "begin", body["duty"])


def clean_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Say that nothing lies there any more. Raises as begin_site does."""
    return _done(work, body, city, "clean", CLEAN)


def enforce_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Say that somebody answered for it. Raises as begin_site does."""
    return _done(work, body, city, "enforce", ENFORCE)


def close_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """End whatever agencies still owe. Raises as begin_site does."""
    site = _own(work, _locked(work, body["id"]))
    if site["state"] == SiteState.CLOSED:
        raise errors.illegal(site["state"], _legal(work, site, queries.parts(work, [site["id"]])))
    return _remembered(work, site, city, ("close", "", body["reason"]), "closed")


def merge_site(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Let one site go into another one; the answer is that one.

    Raises NotFound, StaleVersion; Invalid for one into which it cannot go.
    """
    repository.lock(work)
    site, into = _two(work, body["id"], body["into"], "into")
    deed = _deed(work, "merge", "", body["reason"])
    repository.add_deed(work, site["id"], deed)
    repository.merge(work, site["id"], into["id"])
    gone = site | {"merged_into": into["id"]}
    refresh(work, [gone], city, "merged")
    work.audit("site.merged", site["id"])
    return _shown(work, into, city, "changed")


def move_site_report(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Say that a report lies on another site, or on one of its own; the answer is that one.

    Raises NotFound, StaleVersion; Invalid for a report that is not here, and a site to which it
    cannot go.
    """
    repository.lock(work)
    report = next(iter(queries.reported(work, [body["report"]])), None)
    to: Row | None = None
    if "to" in body:
        site, to = _two(work, body["id"], body["to"], "to")
    else:
        site = _own(work, _locked(work, body["id"]))
    if report is None or not report["counts"] or report["site_id"] != site["id"]:
        raise errors.not_here()
    if to is None:
        begun, _ = keeping.new_site(report, city)
        repository.add(work, [begun])
        (to,) = queries.locked(work, [begun["id"]])
    repository.add_deed(work, site["id"], _deed(work, "move", "", body["reason"]))
    repository.link(work, {report["id"]: to["id"]})
    work.audit("site.report_moved", site["id"])
    refresh(work, [site], city, "changed")
    return _shown(work, to, city, "changed")


def _done(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue, name: str, duty: str
) -> dict[str, Any]:
    site = _locked(work, body["id"])
    parts = queries.parts(work, [site["id"]])
    mine = [part for part in parts if works_for(work.call.principal, part["agency"])]
    if not any(part["duty"] == duty for part in mine):
        raise NotFound()
    work.call.check_version(site["version"])
    legal = _legal(work, site, parts)
    asked = f"begin {duty}" if name == "begin" else name
    if asked not in legal:
        raise errors.illegal(site["state"], legal)
    told = {"begin": "begun", "clean": "cleaned", "enforce": "enforced"}[name]
    return _remembered(work, site, city, (name, duty, body.get("note")), told)


def _legal(work: UnitOfWork, site: Row, parts: list[Row]) -> list[str]:
    """What the caller's agency can do there now."""
    found = []
    for part in parts:
        if part["state"] in OPEN_PARTS and works_for(work.call.principal, part["agency"]):
            found += [f"begin {part['duty']}"] if part["state"] == PartState.ASKED else []
            found.append(part["duty"])
    if site["state"] != SiteState.CLOSED and works_for(work.call.principal, site["agency"]):
        found.append("close")
    return found


def _remembered(
    work: UnitOfWork,
    site: Row,
    city: Catalogue,
    said: tuple[str, str, str | None],
    told: str,
) -> dict[str, Any]:
    repository.add_deed(work, site["id"], _deed(work, *said))
    work.audit(f"site.{told}", site["id"])
    return _shown(work, site, city, told)


def _deed(work: UnitOfWork, name: str, duty: str, note: str | None) -> Deed:
    actor = work.call.principal.subject
    return Deed(new_id(), name, duty, work.clock.now(), actor, note)


def _locked(work: UnitOfWork, site_id: str) -> Row:
    """A site on which something public lies. Raises NotFound."""
    meant = queries.leads_to(work, site_id)
    rows = queries.locked(work, [meant]) if meant else []
    if not rows or not rows[0]["reports"] or rows[0]["merged_into"]:
        raise NotFound()
    return rows[0]


def _own(work: UnitOfWork, site: Row) -> Row:
    """A site that the caller's agency leads, in the version that it knows."""
    if not works_for(work.call.principal, site["agency"]):
        raise NotFound()
    work.call.check_version(site["version"])
    return site


def _two(work: UnitOfWork, site_id: str, other: str, field: str) -> tuple[Row, Row]:
    """A site and another one, locked in one order whoever asks. Raises NotFound, Invalid."""
    ids = [queries.leads_to(work, one) for one in (site_id, other)]
    rows = {row["id"]: row for row in queries.locked(work, [one for one in ids if one])}
    site, to = (rows.get(one or "") for one in ids)
    if site is None or not site["reports"]:
        raise NotFound()
    _own(work, site)
    fits = to is not None and to["reports"] and to["category"] == site["category"]
    if to is None or not fits or to is site or not works_for(work.call.principal, to["agency"]):
        raise errors.unknown_site(field)
    return site, to


def _shown(work: UnitOfWork, site: Row, city: Catalogue, told: str) -> dict[str, Any]:
    """What the site became, told of as that."""
    return reading.shown(work, refresh(work, [site], city, told)[site["id"]], city)
