"""Writes of where incidents were, and when: rows as they end, and the sums of these."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.incidents.hours import Field, Hour

BATCH = 5_000
# many incidents end at once, and would wait for each other at a sum that they share
_NOTE = """
INSERT INTO incident_hour_change (month, category, hour, y, x, direction, minutes)
SELECT month, %(category)s, hour, y, x, %(direction)s, minutes
FROM unnest(%(months)s::date[], %(hours)s::integer[], %(minutes)s::double precision[])
    AS h (month, hour, minutes),
  unnest(%(ys)s::integer[], %(xs)s::integer[]) AS f (y, x)"""
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('incident_hour')) AS is_mine"
_FOLD = """
WITH taken AS (
  DELETE FROM incident_hour_change WHERE id <= (
    SELECT max(id) FROM (SELECT id FROM incident_hour_change ORDER BY id LIMIT %(batch)s) first)
  RETURNING *),
summed AS (
  INSERT INTO incident_hour AS s (month, category, hour, y, x, direction, incidents, minutes)
  SELECT month, category, hour, y, x, direction, count(*), sum(minutes)
  FROM taken GROUP BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (month, category, hour, y, x, direction) DO UPDATE
  SET incidents = s.incidents + excluded.incidents, minutes = s.minutes + excluded.minutes)
SELECT count(*) AS taken FROM taken"""


def note(work: UnitOfWork, incident: Row, hours: Sequence[Hour], fields: Sequence[Field]) -> None:
    """An incident was in each of those fields in each of those hours."""
    values = {
        "category": incident["category"],
        "direction": incident["direction"] or "",
        "months": [hour.month for hour in hours],
        "hours": [hour.hour for hour in hours],
        "minutes": [hour.minutes for hour in hours],
        "ys": [field.y for field in fields],
        "xs": [field.x for field in fields],
    }
    work.write(_NOTE, values)


def fold(work: UnitOfWork, batch: int = BATCH) -> bool:
    """Take what was noted into the sums; whether there may be more. The caller commits.

    One at a time: who is not alone does nothing.
    """
    if not work.all(_LOCK)[0]["is_mine"]:
        return False
    return bool(work.all(_FOLD, {"batch": batch})[0]["taken"] == batch)
