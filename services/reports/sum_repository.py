"""Makes sums of the changes that were noted, so that there are few to be read."""

from __future__ import annotations

from services.chassis.database import Row, Session
from services.chassis.unit_of_work import UnitOfWork
from services.reports import work_sum_repository
from services.reports.day_queries import DAY
from services.reports.queries import IS_OPEN
from services.reports.sum_queries import (
    CELLS,
    CODE_OF_SET,
    DATED,
    DIMENSION_OF_SET,
    EACH_DIMENSION,
    GROUP,
    MEDIAN,
    MICRO,
)

BATCH = 5_000
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('report_sum')) AS is_mine"
_HOLD = "SELECT pg_advisory_lock(hashtext('report_sum'))"
# exactly those that are seen are taken: one with a smaller id may still be on its way. By no list
# of ids: where the database thinks the table empty, as it mostly is, joining one took minutes
_FOLD = f"""
WITH taken AS (
  DELETE FROM report_change WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM report_change ORDER BY id LIMIT %(batch)s) first)
  RETURNING *),
summed AS (
  INSERT INTO report_sum AS s (year, dimension, code, state, reports, kept, ratings, stars)
  SELECT year, {DIMENSION_OF_SET}, {CODE_OF_SET}, state, sum(reports), sum(kept), sum(ratings),
    sum(stars)
  FROM (SELECT year, month, agency, coalesce(area, '') AS area, category, state, reports, kept,
          ratings, stars FROM taken, {DATED}) each
  GROUP BY year, state, {EACH_DIMENSION}
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
  DELETE FROM report_stay_change WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM report_stay_change ORDER BY id LIMIT %(batch)s) first)
  RETURNING *),
summed AS (
  INSERT INTO report_stay_sum AS s (year, dimension, code, state, hours, stays)
  SELECT year, {DIMENSION_OF_SET}, {CODE_OF_SET}, state, hours, sum(stays)
  FROM (SELECT year, month, agency, coalesce(area, '') AS area, category, state, hours, stays
        FROM taken, {DATED}) each
  GROUP BY year, state, hours, {EACH_DIMENSION}
  ON CONFLICT (year, dimension, code, state, hours) DO UPDATE SET stays = s.stays + excluded.stays
  RETURNING year, dimension, code, state)
SELECT year, dimension, code, state, (SELECT count(*) FROM taken) AS taken
FROM summed GROUP BY 1, 2, 3, 4"""
_FOLD_DAYS = f"""
WITH taken AS (
  DELETE FROM report_day_change WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM report_day_change ORDER BY id LIMIT %(batch)s) first)
  RETURNING *),
summed AS (
  INSERT INTO report_day AS s (day, area, came, answered, kept)
  SELECT {DAY}, area, sum(came), sum(answered), sum(kept) FROM taken GROUP BY 1, 2
  ON CONFLICT (day, area) DO UPDATE SET came = s.came + excluded.came,
    answered = s.answered + excluded.answered, kept = s.kept + excluded.kept)
SELECT count(*) AS taken FROM taken"""
_TOUCHED = """
unnest(%(years)s::integer[], %(dimensions)s::text[], %(codes)s::text[], %(states)s::text[])
  AS touched (year, dimension, code, state)"""
_FORGET_MEDIANS = f"""
DELETE FROM report_median m USING {_TOUCHED}
WHERE (m.year, m.dimension, m.code, m.state)
  = (touched.year, touched.dimension, touched.code, touched.state)"""
# the year is a part of the group here
_GROUP = f"year, {GROUP}"
_FIND_MEDIANS = f"""
WITH counted AS (
  SELECT {_GROUP}, hours, stays FROM report_stay_sum JOIN {_TOUCHED} USING ({_GROUP})
  WHERE stays <> 0)
INSERT INTO report_median ({_GROUP}, hours, stays) {MEDIAN.replace(GROUP, _GROUP)}"""


def hold(session: Session) -> None:
    """From now on nobody folds but who has this session, until it ends."""
    session.execute(_HOLD)


def fold(work: UnitOfWork, zone: str, batch: int = BATCH) -> bool:
    """Take changes into the sums; whether there may be more.

    One at a time: who is not alone does nothing, so two processes never wait for each other. The
    caller commits.
    """
    if not work.all(_LOCK)[0]["is_mine"]:
        return False
    values = {"zone": zone, "batch": batch}
    taken = work.all(_FOLD, values)[0]["taken"]
    of_days = work.all(_FOLD_DAYS, values)[0]["taken"]
    touched = work.all(_FOLD_STAYS, values)
    if touched:
        _find_medians(work, touched)
    of_work = work_sum_repository.fold(work, batch)
    return of_work or batch in (taken, of_days, touched[0]["taken"] if touched else 0)


def _find_medians(work: UnitOfWork, touched: list[Row]) -> None:
    names = ("year", "dimension", "code", "state")
    keys = {f"{name}s": [row[name] for row in touched] for name in names}
    work.write(_FORGET_MEDIANS, keys)
    work.write(_FIND_MEDIANS, keys)
