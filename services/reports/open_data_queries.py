"""Reads for open data."""

from __future__ import annotations

from datetime import date

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

# so many are written before others are served
PAGE = 250
_IS_MADE = "SELECT 1 AS yes FROM open_data WHERE day = %(day)s AND made_at IS NOT NULL"
_NEWEST = """
SELECT day, made_at, reports, files FROM open_data WHERE made_at IS NOT NULL
ORDER BY day DESC LIMIT %(days)s"""
# no words, no people, and places to a hundred metres
_PAGE = f"""
SELECT id::text, number, category, state, area, agency, round(lat::numeric, 3)::float AS lat,
  round(long::numeric, 3)::float AS long, approximate, created_at, settled_at, missed, rating,
  supports
FROM report WHERE visibility <> 'secret' AND id > %(after)s ORDER BY report.id LIMIT {PAGE}"""


def is_made(work: UnitOfWork, day: date) -> bool:
    """Whether there are files of that day."""
    return work.first(_IS_MADE, {"day": day}) is not None


def newest(work: UnitOfWork, days: int = 1) -> list[Row]:
    """day, made_at, reports, files of the last days that have files, the last one first."""
    return work.all(_NEWEST, {"days": days})


def page(work: UnitOfWork, after: str) -> list[Row]:
    """Public reports in the order of ids."""
    return work.all(_PAGE, {"after": after})
