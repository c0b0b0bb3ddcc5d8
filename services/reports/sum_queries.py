"""Reads of the sums of public reports: what was summed, and the changes that are not in it yet.

Both are read by one statement, which sees one moment, so a sum is exact whenever it is read.
"""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.queries import IS_OPEN

_IN_CITY = "created_at AT TIME ZONE %(zone)s"
YEAR = f"extract(year FROM {_IN_CITY})::integer"
TOTAL = "total"
# one change concerns a line of each dimension; '' is the code of all together, and of no area
DIMENSIONS = f"""LATERAL (VALUES ('total', ''), ('agency', agency), ('area', coalesce(area, '')),
  ('category', category), ('month', to_char({_IN_CITY}, 'YYYY-MM'))) AS d (dimension, code)"""
# the same for many changes at once, each looked at once: of rows with year, agency, area, category,
# month
DATED = f"""LATERAL (SELECT {YEAR} AS year, to_char({_IN_CITY}, 'YYYY-MM') AS month) AS dated"""
EACH_DIMENSION = "GROUPING SETS ((), (agency), (area), (category), (month))"
DIMENSION_OF_SET = """CASE grouping(agency, area, category, month)
  WHEN 7 THEN 'agency' WHEN 11 THEN 'area' WHEN 13 THEN 'category' WHEN 14 THEN 'month'
  ELSE 'total' END"""
CODE_OF_SET = "coalesce(agency, area, category, month, '')"
LEVELS = (12, 14, 16, 18, 20)
# the grid of a level: 2^level columns around the Earth, and rows of the same height
CELLS = f"""LATERAL (SELECT level,
  least(floor((long + 180) / 360 * (1 << level))::integer, (1 << level) - 1) AS x,
  least(floor((lat + 90) / 360 * (1 << level))::integer, (1 << level - 1) - 1) AS y
  FROM unnest(ARRAY{list(LEVELS)}) AS level) AS c"""
MICRO = "* 1000000)::bigint"

_SUMS = f"""
SELECT dimension, code, state, sum(reports)::bigint AS reports, sum(kept)::bigint AS kept,
  sum(ratings)::bigint AS ratings, sum(stars)::bigint AS stars
FROM (
  SELECT dimension, code, state, reports, kept, ratings, stars FROM report_sum
  WHERE year = %(year)s AND dimension IN ('total', %(by)s)
  UNION ALL
  SELECT dimension, code, state, reports, kept, ratings, stars FROM report_change, {DIMENSIONS}
  WHERE {YEAR} = %(year)s AND dimension IN ('total', %(by)s)) parts
GROUP BY dimension, code, state HAVING sum(reports) <> 0"""
# of rows `counted` (GROUP, hours, stays): the lower median of each group
GROUP = "dimension, code, state"
MEDIAN = f"""
SELECT {GROUP}, min(hours) AS hours, max(stays)::bigint AS stays FROM (
  SELECT {GROUP}, hours, sum(stays) OVER (PARTITION BY {GROUP} ORDER BY hours) AS until,
    sum(stays) OVER (PARTITION BY {GROUP}) AS stays
  FROM counted) added_up
WHERE until * 2 >= stays GROUP BY {GROUP}"""
# groups with changes that are not in the sums yet are counted; those are few
_MEDIANS = f"""
WITH noted AS (
  SELECT {GROUP}, hours, sum(stays) AS stays FROM report_stay_change, {DIMENSIONS}
  WHERE {YEAR} = %(year)s AND dimension IN ('total', %(by)s) GROUP BY {GROUP}, hours),
counted AS (
  SELECT {GROUP}, hours, sum(stays) AS stays FROM (
    SELECT {GROUP}, hours, stays FROM report_stay_sum
    JOIN (SELECT DISTINCT {GROUP} FROM noted) n USING ({GROUP}) WHERE year = %(year)s
    UNION ALL SELECT {GROUP}, hours, stays FROM noted) parts
  GROUP BY {GROUP}, hours HAVING sum(stays) <> 0)
{MEDIAN}
UNION ALL
SELECT {GROUP}, hours, stays FROM report_median
WHERE year = %(year)s AND dimension IN ('total', %(by)s)
  AND ({GROUP}) NOT IN (SELECT {GROUP} FROM noted)"""
_CLUSTERS = f"""
SELECT x >> %(shift)s AS x, y >> %(shift)s AS y, sum(reports)::bigint AS reports,
  sum(lat)::float / sum(reports) / 1000000 AS lat, sum(long)::float / sum(reports) / 1000000 AS long
FROM (
  SELECT x, y, is_open, reports, lat, long FROM report_cell WHERE level = %(level)s
    AND x BETWEEN %(west)s AND %(east)s AND y BETWEEN %(south)s AND %(north)s
  UNION ALL
  SELECT x, y, {IS_OPEN}, reports, reports * (lat {MICRO}, reports * (long {MICRO}
  FROM report_change, {CELLS} WHERE level = %(level)s
    AND x BETWEEN %(west)s AND %(east)s AND y BETWEEN %(south)s AND %(north)s) parts
WHERE %(open)s IS NULL OR is_open = %(open)s
GROUP BY 1, 2 HAVING sum(reports) <> 0 ORDER BY 2 DESC, 1"""


def sums(work: UnitOfWork, year: int, by: str, zone: str) -> list[Row]:
    """dimension, code, state, reports, kept, ratings, stars of a year's reports."""
    return work.all(_SUMS, {"year": year, "by": by, "zone": zone})


def medians(work: UnitOfWork, year: int, by: str, zone: str) -> list[Row]:
    """dimension, code, state, hours, stays: the lower median of the states that were left."""
    return work.all(_MEDIANS, {"year": year, "by": by, "zone": zone})


def clusters(work: UnitOfWork, cells: dict[str, Any]) -> list[Row]:
    """x, y, reports, lat, long of what lies in cells of a stored level, from north to south.

    cells: level, west, east, south, north as numbers of cells; shift: how many levels coarser the
    answer is; open: which, or None for all.
    """
    return work.all(_CLUSTERS, cells)
