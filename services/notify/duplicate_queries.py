"""Reads of duplicates and of those who care for them."""

from __future__ import annotations

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.notify.queries import MOST_FOLLOWERS

_DUPLICATES = """
SELECT d.told, coalesce(h.is_hidden, false) AS is_hidden
FROM duplicate d LEFT JOIN hidden h ON h.report_id = d.report_id
WHERE d.original = %(id)s AND d.is_linked ORDER BY d.report_id LIMIT %(rows)s"""
_FOLLOWERS = """
SELECT f.report_id::text, f.person
FROM duplicate d JOIN follower f ON f.report_id = d.report_id
WHERE d.original = %(id)s AND d.is_linked ORDER BY f.since, f.person LIMIT %(rows)s"""
# two handlers keep who reported a duplicate, and forget it: one after the other
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('duplicate:' || %(id)s, 0)) IS NULL AS yes"
_SILENCED = "SELECT digest FROM reporter_forgotten WHERE report_id = %(id)s"


def alone(work: UnitOfWork, report_id: str) -> None:
    """Nobody else keeps or forgets who reported it until this transaction ends."""
    work.first(_ALONE, {"id": report_id})


def silenced(work: UnitOfWork, report_id: str) -> set[str]:
    """Digests of those who are to be told of a report no more."""
    return {row["digest"] for row in work.all(_SILENCED, {"id": report_id})}


def duplicates(work: UnitOfWork, original: str) -> list[Row]:
    """What was told of each duplicate of a report, and its visibility now."""
    rows = work.all(_DUPLICATES, {"id": original, "rows": MOST_FOLLOWERS})
    return [row["told"] | ({"visibility": "secret"} if row["is_hidden"] else {}) for row in rows]


def followers(work: UnitOfWork, original: str) -> dict[str, list[str]]:
    """Who follows which duplicate of a report; at most MOST_FOLLOWERS."""
    found: dict[str, list[str]] = {}
    for row in work.all(_FOLLOWERS, {"id": original, "rows": MOST_FOLLOWERS}):
        found.setdefault(row["report_id"], []).append(row["person"])
    return found
