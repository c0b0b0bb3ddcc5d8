"""Reads of incidents that are over."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.incidents.queries import COLUMNS

_OVER = """ended_at IS NOT NULL AND merged_into IS NULL AND reports > 0
  AND began_at BETWEEN %(since)s AND %(until)s"""
_CONDITIONS = {
    "category": "category = %(category)s",
    "west": "long BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s",
    "after": """(began_at, incident.id) < (
      SELECT last.began_at, last.id FROM incident last WHERE last.id = %(after)s)""",
}
_HOURS = {"hour": "hour = %(hour)s", "category": "category = %(category)s"}


def over(work: UnitOfWork, wanted: dict[str, Any], cursor: Cursor | None) -> list[Row]:
    """One more than a page of those that are over, the latest first. wanted: since, until and
    limit; category and the sides of a box, where they matter."""
    values = wanted | {"rows": wanted["limit"] + 1} | ({"after": str(cursor)} if cursor else {})
    conditions = [_OVER, *(sql for name, sql in _CONDITIONS.items() if name in values)]
    sql = f"""SELECT {COLUMNS} FROM incident WHERE {" AND ".join(conditions)}
ORDER BY began_at DESC, incident.id DESC LIMIT %(rows)s"""
    return work.all(sql, values)


def worst(work: UnitOfWork, month: date, wanted: dict[str, Any]) -> list[Row]:
    """The corridors of a month in which incidents lasted longest. wanted: limit; hour and category
    where they matter."""
    values = wanted | {"month": month}
    conditions = ["month = %(month)s", *(sql for name, sql in _HOURS.items() if name in values)]
    sql = f"""SELECT hour, y, x, direction, sum(incidents)::bigint AS incidents,
  round(sum(minutes))::bigint AS minutes
FROM incident_hour WHERE {" AND ".join(conditions)}
GROUP BY hour, y, x, direction
ORDER BY sum(minutes) DESC, hour, y, x, direction LIMIT %(limit)s"""
    return work.all(sql, values)
