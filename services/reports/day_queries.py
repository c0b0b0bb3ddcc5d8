"""Reads of what was counted of a day and of what is open, exact whenever they are read."""

from __future__ import annotations

from datetime import date

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.queries import IS_OPEN

DAY = "(at AT TIME ZONE %(zone)s)::date"
_DAY = f"""
SELECT area, sum(came)::bigint AS came, sum(answered)::bigint AS answered,
  sum(kept)::bigint AS kept
FROM (
  SELECT area, came, answered, kept FROM report_day WHERE day = %(day)s
  UNION ALL
  SELECT area, came, answered, kept FROM report_day_change WHERE {DAY} = %(day)s) parts
GROUP BY area"""
_OPEN = f"""
SELECT area, sum(reports)::bigint AS reports
FROM (
  SELECT code AS area, reports FROM report_sum WHERE dimension = 'area' AND {IS_OPEN}
  UNION ALL
  SELECT coalesce(area, ''), reports FROM report_change WHERE {IS_OPEN}) parts
GROUP BY area"""


def day(work: UnitOfWork, day: date, zone: str) -> list[Row]:
    """area, came, answered, kept of public reports on a day of the city's calendar."""
    return work.all(_DAY, {"day": day, "zone": zone})


def open_now(work: UnitOfWork) -> list[Row]:
    """area, reports: how many public ones are open, of whatever year."""
    return work.all(_OPEN)
