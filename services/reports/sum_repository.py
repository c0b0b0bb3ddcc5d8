"""Makes sums of the changes that were noted, so that there are few to be read."""

from __future__ import annotations

from services.chassis.unit_of_work import UnitOfWork
from services.reports.queries import IS_OPEN
from services.reports.sum_queries import CELLS, DIMENSIONS, MICRO, YEAR

BATCH = 5_000
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('report_sum')) AS is_mine"
# exactly those that are seen are taken: one with a smaller id may still be on its way
_FOLD = f"""
WITH taken AS (
  DELETE FROM report_change WHERE id IN (SELECT id FROM report_change ORDER BY id LIMIT %(batch)s)
  RETURNING *),
summed AS (
  INSERT INTO report_sum AS s (year, dimension, code, state, reports, kept, ratings, stars)
  SELECT {YEAR}, dimension, code, state, sum(reports), sum(kept), sum(ratings), sum(stars)
  FROM taken, {DIMENSIONS} GROUP BY 1, 2, 3, 4
  ON CONFLICT (year, dimension, code, state) DO UPDATE SET reports = s.reports + excluded.reports,
    kept = s.kept + excluded.kept, ratings = s.ratings + excluded.ratings,
    stars = s.stars + excluded.stars),
placed AS (
  INSERT INTO report_cell AS s (level, x, y, is_open, reports, lat, long)
  SELECT level, x, y, {IS_OPEN}, sum(reports), sum(reports * (lat {MICRO}),
    sum(reports * (long {MICRO})
  FROM taken, {CELLS} GROUP BY 1, 2, 3, 4
  ON CONFLICT (level, x, y, is_open) DO UPDATE SET reports = s.reports + excluded.reports,
    lat = s.lat + excluded.lat, long = s.long + excluded.long)
SELECT count(*) AS taken FROM taken"""
_FOLD_STAYS = f"""
WITH taken AS (
  DELETE FROM report_stay_change
  WHERE id IN (SELECT id FROM report_stay_change ORDER BY id LIMIT %(batch)s) RETURNING *),
summed AS (
  INSERT INTO report_stay_sum AS s (year, dimension, code, state, hours, stays)
  SELECT {YEAR}, dimension, code, state, hours, sum(stays)
  FROM taken, {DIMENSIONS} GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (year, dimension, code, state, hours) DO UPDATE SET stays = s.stays + excluded.stays)
SELECT count(*) AS taken FROM taken"""
FOLDS = (_FOLD, _FOLD_STAYS)


def fold(work: UnitOfWork, zone: str, batch: int = BATCH) -> bool:
    """Take changes into the sums; whether there may be more.

    One at a time: who is not alone does nothing, so two processes never wait for each other. The
    caller commits.
    """
    if not work.all(_LOCK)[0]["is_mine"]:
        return False
    values = {"zone": zone, "batch": batch}
    taken = [work.all(statement, values)[0]["taken"] for statement in FOLDS]
    return batch in taken
