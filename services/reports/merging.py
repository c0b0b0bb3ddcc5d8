"""Duplicates: several reports of one thing, of which one, the original, goes on.

A merge is a link and moves nothing. Supporters and followers stay with the report that they chose,
and are counted and told across the link; so there is nothing to lose, to double or to restore.
Both reports are locked, in the order of their ids: two merges at once never wait for each other in
a circle, and the later one sees what the earlier one did. There are no chains: an original is no
duplicate, and a duplicate has none, which the table holds, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound, StaleVersion
from services.chassis.principal import Principal
from services.chassis.unit_of_work import UnitOfWork
from services.reports import changing, commands, duplicate_errors, duplicate_queries, queries
from services.reports.catalogue import Catalogue
from services.reports.changing import Step
from services.reports.contract import LINKS
from services.reports.domain import view_of, works_for
from services.reports.lifecycle import OPEN, State

# what the original sees of it, and by how many its duplicates change
_SEEN: Mapping[str, tuple[str, int]] = {"merge": ("link", 1), "unmerge": ("unlink", -1)}
_NO_ORIGINAL: dict[str, Any] = {"duplicate_of": None, "original": None}


def locked(work: UnitOfWork, name: str, body: dict[str, Any]) -> tuple[Row | None, Row | None]:
    """The report to which an action is to be done and, if it merges or unmerges, the original.

    Each is None if there is none; nobody else changes either of them until this transaction ends.
    """
    original = _original_of(work, name, body)
    if original is None:
        return queries.locked(work, body["id"]), None
    found = duplicate_queries.locked(work, body["id"], original)
    return found.get(body["id"]), found.get(original)


def _original_of(work: UnitOfWork, name: str, body: dict[str, Any]) -> str | None:
    if name == "merge":
        return str(body["duplicate_of"])
    report = queries.by_id(work, body["id"]) if name == "unmerge" else None
    return report["duplicate_of"] if report else None


def merged(report: Row, original: Row | None, principal: Principal) -> dict[str, Any]:
    """What a report becomes by a merge.

    Raises Invalid for an original that is not there, not to be seen, another agency's, the report
    itself, or secret where the other is not; Conflict if it is not open, or the report has
    duplicates of its own.
    """
    if original is None or not _is_seen(original, principal):
        raise duplicate_errors.unknown_original()
    if original["id"] == report["id"]:
        raise duplicate_errors.own_original()
    if not works_for(principal, original["agency"]):
        raise duplicate_errors.foreign_original()
    if (report["visibility"] == "secret") != (original["visibility"] == "secret"):
        raise duplicate_errors.secret_and_public()
    if original["state"] not in OPEN:
        raise duplicate_errors.original_not_open(original["state"])
    if report["duplicates"]:
        raise duplicate_errors.has_duplicates()
    return {"duplicate_of": original["id"], "original": original}


def unmerged(report: Row, original: Row | None) -> dict[str, Any]:
    """What a duplicate becomes by an unmerge.

    Raises StaleVersion if it got another original while it was waited for.
    """
    if original is None or report["duplicate_of"] != original["id"]:
        raise StaleVersion()
    return _NO_ORIGINAL


def remember(work: UnitOfWork, name: str, original: Row, duplicate: Row, city: Catalogue) -> None:
    """Let the original know, in its own history and by its own event."""
    link, change = _SEEN[name]
    told = commands.announcement(duplicate, city)
    step = Step(
        link,
        LINKS[link],
        State(original["state"]),
        "staff",
        data={"duplicate": duplicate["id"]},
        changes={"duplicates": original["duplicates"] + change},
        told={"duplicate": told, "duplicate_version": duplicate["version"]},
    )
    changing.take(work, original, step, city)


def list_duplicates(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page of a report's duplicates, as far as the caller may see them, the newest first.

    Raises NotFound if the report itself is not there or not for the caller; Malformed for a foreign
    cursor.
    """
    report = queries.by_id(work, body["id"])
    if report is None or not commands.view(work, report).content:
        raise NotFound()
    rows = duplicate_queries.page(work, body, Cursor.read(body.get("cursor")))
    page, after = page_of(rows, body["limit"])
    return {"items": commands.listed(work, page, city), "next": after}


def _is_seen(report: Row, principal: Principal) -> bool:
    names = ("visibility", "agency", "reporter", "helpers")
    return view_of(principal, **{name: report[name] for name in names}).content
