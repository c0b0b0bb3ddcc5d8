"""Makes sums of the changes of what agencies have to do, as `sum_repository` does of reports."""

from __future__ import annotations

from services.chassis.unit_of_work import UnitOfWork
from services.reports.queries import IS_OPEN
from services.reports.work_sum_queries import DUE, UNTIL

_EACH = """GROUPING SETS ((), (category), (area), (officer), (agency), (agency, category),
  (agency, area), (agency, officer))"""
_KEY = """coalesce(agency, ''), CASE grouping(category, area, officer)
  WHEN 3 THEN 'category' WHEN 5 THEN 'area' WHEN 6 THEN 'officer' ELSE 'total' END,
  coalesce(category, area, officer, ''), state"""
_SUM = """
INSERT INTO report_work_sum AS s (agency, dimension, code, state, reports, late, escalated)"""
_FOLD = f"""
WITH taken AS (
  DELETE FROM report_work_change WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM report_work_change ORDER BY id LIMIT %(batch)s) first)
  RETURNING *),
summed AS ({_SUM}
  SELECT {_KEY}, sum(reports), coalesce(sum(reports) FILTER (WHERE due < {UNTIL}), 0),
    sum(escalated)
  FROM taken GROUP BY state, {_EACH}
  ON CONFLICT (agency, dimension, code, state) DO UPDATE
  SET reports = s.reports + excluded.reports, late = s.late + excluded.late,
    escalated = s.escalated + excluded.escalated)
SELECT count(*) AS taken FROM taken"""
# the clocks of processes differ a little: nobody may be before the moment that is noted
_MOVE = f"""
WITH moved AS (
  UPDATE report_work_until u SET at = %(now)s - interval '1 minute' FROM report_work_until was
  WHERE u.at < %(now)s - interval '2 minutes' RETURNING was.at AS since, u.at AS until),
became AS (
  SELECT agency, category, coalesce(area, '') AS area, coalesce(officer, '') AS officer, state,
    1 AS reports
  FROM report, moved WHERE {IS_OPEN} AND {DUE} >= since AND {DUE} < until
  UNION ALL
  -- these are not in the sums yet
  SELECT agency, category, area, officer, state, -reports FROM report_work_change, moved
  WHERE due >= since AND due < until)
{_SUM}
SELECT {_KEY}, 0, sum(reports), 0 FROM became GROUP BY state, {_EACH}
ON CONFLICT (agency, dimension, code, state) DO UPDATE SET late = s.late + excluded.late"""


def fold(work: UnitOfWork, batch: int) -> bool:
    """Take changes into the sums; whether there may be more.

    The caller sees to it that nobody else does so, and commits.
    """
    taken: int = work.all(_FOLD, {"batch": batch})[0]["taken"]
    work.write(_MOVE, {"now": work.clock.now()})
    return taken == batch
