"""What was last heard of incidents and sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from services.chassis.unit_of_work import UnitOfWork
from services.notify.things import Thing

_COLUMNS = """topic, version, category, area, state, reports, severity, told_reports, merged_into"""
_VALUES = """(topic, version, category, area, state, reports, severity, told_reports, merged_into,
  is_over, at)
VALUES (%(topic)s, %(version)s, %(category)s, %(area)s, %(state)s, %(reports)s, %(severity)s,
  %(told_reports)s, %(merged_into)s, %(is_over)s, %(at)s)"""
_ADD = f"INSERT INTO thing {_VALUES} ON CONFLICT (topic) DO NOTHING RETURNING topic"
_KEEP = f"""
INSERT INTO thing {_VALUES}
ON CONFLICT (topic) DO UPDATE
SET version = excluded.version, category = excluded.category, area = excluded.area,
  state = excluded.state, reports = excluded.reports, severity = excluded.severity,
  told_reports = excluded.told_reports, merged_into = excluded.merged_into,
  is_over = excluded.is_over, at = excluded.at
WHERE thing.version < excluded.version"""
_LEAD_ON = "UPDATE thing SET merged_into = %(into)s WHERE merged_into = %(topic)s"
_KNOWN = f"SELECT {_COLUMNS} FROM thing WHERE topic = ANY(%(topics)s::text[]) ORDER BY topic"
_LOCKED = f"{_KNOWN} FOR UPDATE"
_MERGED = "SELECT topic FROM thing WHERE merged_into = %(topic)s ORDER BY topic LIMIT 1000"
# what went into another one that lives goes on as that
_OVER = """
SELECT t.topic FROM thing t WHERE t.is_over AND t.at < %(before)s AND NOT EXISTS (
  SELECT 1 FROM thing root
  WHERE root.topic = t.merged_into AND (NOT root.is_over OR root.at >= %(before)s))"""
_FORGET = f"""
WITH ended AS (
  UPDATE subscription s SET ended_at = %(at)s FROM ({_OVER}) over
  WHERE s.topic = over.topic AND s.ended_at IS NULL),
gone AS (
  DELETE FROM thing WHERE topic = ANY(ARRAY(
    SELECT topic FROM thing WHERE is_over AND at < %(kept_since)s AND NOT EXISTS (
      SELECT 1 FROM subscription s WHERE s.topic = thing.topic)
    LIMIT 500)) RETURNING 1)
SELECT count(*) AS count FROM gone"""


def known(work: UnitOfWork, topics: Iterable[str]) -> dict[str, Thing]:
    """What is known of these topics."""
    rows = work.all(_KNOWN, {"topics": list(topics)})
    return {row["topic"]: Thing(**row) for row in rows}


def locked(work: UnitOfWork, topics: Iterable[str]) -> dict[str, Thing]:
    """The same; until the end of the transaction nobody hears of them or begins to follow them."""
    rows = work.all(_LOCKED, {"topics": list(topics)})
    return {row["topic"]: Thing(**row) for row in rows}


def add(work: UnitOfWork, thing: Thing) -> None:
    """Know of a thing, now, unless it is known: who follows it is told what is heard later."""
    work.all(_ADD, _values(work, thing))


def keep(work: UnitOfWork, thing: Thing) -> None:
    """Write what was heard; not if something later was. What went into it goes on with it."""
    work.write(_KEEP, _values(work, thing))
    if thing.merged_into is not None:
        work.write(_LEAD_ON, {"topic": thing.topic, "into": thing.merged_into})


def merged(work: UnitOfWork, topic: str) -> list[str]:
    """What went into it."""
    return [row["topic"] for row in work.all(_MERGED, {"topic": topic})]


def forget(work: UnitOfWork, *, over_before: datetime, kept_since: datetime) -> int:
    """End subscriptions to what is over since then, and delete a batch of what is long over; how
    many of these there were."""
    values = {"before": over_before, "kept_since": kept_since, "at": work.clock.now()}
    return int(work.all(_FORGET, values)[0]["count"])


def _values(work: UnitOfWork, thing: Thing) -> dict[str, object]:
    return asdict(thing) | {"is_over": thing.is_over, "at": work.clock.now()}
