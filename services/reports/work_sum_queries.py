"""Reads of the sums of what agencies have to do.

As with the sums of public reports, what was summed and the changes that are not in it yet are read
by one statement. How much is late changes with the time alone: sums hold what was late by a moment
a little while ago, and what became due since is counted.
"""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.queries import IS_OPEN

CITY = ""
# what is not given
NONE = ""
TOTAL = "total"
DUE = "coalesce(due_at, 'infinity'::timestamptz)"
UNTIL = "(SELECT at FROM report_work_until)"
_DIMENSIONS = """LATERAL (VALUES ('total', ''), ('category', category), ('area', area),
  ('officer', officer)) AS d (dimension, code)"""
_ASKED = """dimension = %(dimension)s AND (%(code)s IS NULL OR code = %(code)s)"""
_PARTS = f"""
  sum(reports)::bigint AS open, sum(late)::bigint AS overdue, sum(escalated)::bigint AS escalated
FROM (
  SELECT code, state, reports, late, escalated FROM report_work_sum
  WHERE agency = %(of)s AND {_ASKED}
  UNION ALL
  SELECT code, state, reports, CASE WHEN due < {UNTIL} THEN reports ELSE 0 END, escalated
  FROM report_work_change, {_DIMENSIONS}
  WHERE {_ASKED} AND %(of)s IN ('', agency)
  UNION ALL
  SELECT code, state, 0, 1, 0
  FROM (SELECT category, coalesce(area, '') AS area, coalesce(officer, '') AS officer, state
        FROM report WHERE {IS_OPEN} AND {{of}} AND {DUE} >= {UNTIL} AND {DUE} < %(now)s) due,
    {_DIMENSIONS} WHERE {_ASKED}) parts"""
_BY_STATE = f"SELECT state, {_PARTS} GROUP BY state HAVING sum(reports) <> 0"
_BY_CODE = f"SELECT code, {_PARTS} GROUP BY code HAVING sum(reports) <> 0"


def counts(
    work: UnitOfWork, agency: str | None, dimension: str = TOTAL, code: str = NONE
) -> list[Row]:
    """state, open, overdue, escalated of an agency's open reports, of the whole city's for None.

    dimension: TOTAL, or category, area, officer with a code; NONE are those without one.
    """
    return _counted(work, _BY_STATE, agency, dimension, code)


def by_officer(work: UnitOfWork, agency: str | None) -> list[Row]:
    """code, open, overdue, escalated of each officer; the code NONE is of what nobody has."""
    return _counted(work, _BY_CODE, agency, "officer", None)


def _counted(
    work: UnitOfWork, sql: str, agency: str | None, dimension: str, code: str | None
) -> list[Row]:
    of = "true" if agency is None else "agency = %(of)s"
    values: dict[str, Any] = {"of": agency or CITY, "dimension": dimension, "code": code}
    return work.all(sql.format(of=of), values | {"now": work.clock.now()})
