"""Reads of incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.district_sql import DISTRICT
from services.reports.incidents.rules import SEVERITIES

COLUMNS = """id::text, version, category, agency, area, direction, severity, cause, reports,
  began_at, seen_at, expires_at, ended_at, ended_by, merged_into::text, lat, long, line,
  created_at, updated_at"""
MOST_REPORTS = 100
_BY_ID = f"SELECT {COLUMNS} FROM incident WHERE id = %(id)s"
_LIVES = "ended_at IS NULL AND expires_at > %(now)s"
_CONDITIONS = {
    "category": "category = %(category)s",
    "west": "long BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s",
    "after": "incident.id < %(after)s",
}
_ALL_LIVE = f"""
SELECT {COLUMNS} FROM incident WHERE {_LIVES} ORDER BY incident.id LIMIT %(most)s"""
# read once, whatever is asked of them: those that live are few, however many there were
_PRESENT = f"""
SELECT * FROM (
  SELECT id::text, category, severity, area, lat, long, reports, began_at,
    count(*) OVER kind AS alike, row_number() OVER (kind ORDER BY incident.id) AS nr,
    row_number() OVER (PARTITION BY {DISTRICT} ORDER BY
      array_position(%(severities)s, severity) DESC, reports DESC, incident.id DESC) AS place
  FROM incident WHERE {_LIVES} WINDOW kind AS (PARTITION BY {DISTRICT}, category)) live
WHERE place <= %(most)s OR nr = 1"""
_REPORTS = f"""
SELECT r.id::text, r.number, i.at FROM incident_report i JOIN report r ON r.id = i.report_id
WHERE i.incident_id = %(id)s AND NOT i.is_withdrawn AND r.visibility <> 'secret'
ORDER BY i.at DESC, r.id LIMIT {MOST_REPORTS}"""
_DUE = """
SELECT id::text FROM incident WHERE ended_at IS NULL AND expires_at <= %(now)s
  AND coalesce(end_after <= %(now)s, true)
ORDER BY expires_at LIMIT %(batch)s"""
_CELLS = """
SELECT y, x, direction, reports FROM incident_cell WHERE incident_id = %(id)s ORDER BY y, x"""
_OF_REPORT = """
SELECT incident_id::text, y, x, direction, voice, is_withdrawn FROM incident_report
WHERE report_id = %(id)s"""


def by_id(work: UnitOfWork, incident_id: str) -> Row | None:
    """One incident."""
    return work.first(_BY_ID, {"id": incident_id})


def live(
    work: UnitOfWork, wanted: dict[str, Any], now: datetime, cursor: Cursor | None
) -> list[Row]:
    """One more than a page of those that live, the newest first. wanted: category and the sides of
    a box, where they matter, and limit."""
    values = wanted | {"now": now, "rows": wanted["limit"] + 1}
    values |= {"after": str(cursor)} if cursor else {}
    conditions = [_LIVES, *(sql for name, sql in _CONDITIONS.items() if name in values)]
    sql = f"""SELECT {COLUMNS} FROM incident WHERE {" AND ".join(conditions)}
ORDER BY incident.id DESC LIMIT %(rows)s"""
    return work.all(sql, values)


def all_live(work: UnitOfWork, now: datetime, most: int) -> list[Row]:
    """At most so many of those that live, the earliest first."""
    return work.all(_ALL_LIVE, {"now": now, "most": most})


def present(work: UnitOfWork, now: datetime, most: int) -> list[Row]:
    """Of those that live, of each kecamatan: the first `most` by severity and reports (place: from
    1), and one of each category (nr: 1; alike: how many there are of it)."""
    return work.all(_PRESENT, {"now": now, "most": most, "severities": list(SEVERITIES)})


def newest_reports(work: UnitOfWork, incident_id: str) -> list[Row]:
    """Its public reports, at most MOST_REPORTS."""
    return work.all(_REPORTS, {"id": incident_id})


def due(work: UnitOfWork, now: datetime, batch: int) -> list[str]:
    """Those that should have ended by now, the oldest first."""
    return [row["id"] for row in work.all(_DUE, {"now": now, "batch": batch})]


def cells(work: UnitOfWork, incident_id: str) -> list[Row]:
    """Where an incident has, or had, reports."""
    return work.all(_CELLS, {"id": incident_id})


def of_report(work: UnitOfWork, report_id: str) -> Row | None:
    """Of which incident a report is, if of any."""
    return work.first(_OF_REPORT, {"id": report_id})
