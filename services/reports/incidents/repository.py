"""Writes and locks of incidents.

Whoever joins a report shares the lock of its category, and has those of the blocks of cells around
it; whoever makes one of several incidents, or several of one, has the category's alone. After these
a row of an incident may be waited for, and whoever has one waits for no more locks but for further
rows, and then alone. So nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.incidents.joining import Cell, Footprint, Window
from services.reports.incidents.queries import COLUMNS

# the first half of the key of the locks of categories; blocks have their category's instead
_SPACE = 0x696E6364
_NEAR = """
SELECT incident_id::text, y, x, direction FROM incident_cell
WHERE category = %(category)s AND y = ANY(%(rows)s) AND x BETWEEN %(west)s AND %(east)s"""
# the savepoint gives the locks back when it turns out that they are not enough
_NEAR_BESIDE = f"""
SAVEPOINT incident_join;
SELECT pg_advisory_xact_lock_shared({_SPACE}, hashtext(%(category)s));
SELECT pg_advisory_xact_lock(hashtext(%(category)s), block)
FROM unnest(%(blocks)s::integer[]) AS near (block);
{_NEAR}"""
_BACK = "ROLLBACK TO SAVEPOINT incident_join"
_ALONE = f"SELECT pg_advisory_xact_lock({_SPACE}, hashtext(%(category)s))"
_LOCKED = f"""
SELECT {COLUMNS} FROM incident WHERE id = ANY(%(ids)s::uuid[])
ORDER BY incident.id FOR NO KEY UPDATE"""
_APART = """
SELECT incident_id::text, other_id::text FROM incident_apart
WHERE incident_id = ANY(%(ids)s::uuid[]) AND other_id = ANY(%(ids)s::uuid[])"""

_INSERT = """
INSERT INTO incident (id, version, category, agency, area, direction, severity, cause, reports,
  began_at, seen_at, expires_at, lat, long, line, created_at, updated_at)
VALUES (%(id)s, %(version)s, %(category)s, %(agency)s, %(area)s, %(direction)s, %(severity)s,
  %(cause)s, %(reports)s, %(began_at)s, %(seen_at)s, %(expires_at)s, %(lat)s, %(long)s,
  %(line_json)s, %(updated_at)s, %(updated_at)s)"""
_UPDATE = """
UPDATE incident SET version = %(version)s, direction = %(direction)s, severity = %(severity)s,
  cause = %(cause)s, reports = %(reports)s, began_at = %(began_at)s, seen_at = %(seen_at)s,
  expires_at = %(expires_at)s, ended_at = %(ended_at)s, ended_by = %(ended_by)s,
  merged_into = %(merged_into)s, lat = %(lat)s, long = %(long)s, line = %(line_json)s,
  updated_at = %(updated_at)s
WHERE id = %(id)s"""
_REPORT = """
INSERT INTO incident_report (report_id, incident_id, at, y, x, direction, voice)
VALUES (%(report_id)s, %(incident_id)s, %(at)s, %(y)s, %(x)s, %(direction)s, %(voice)s)"""
_INTO_CELLS = "INSERT INTO incident_cell AS c (category, y, x, direction, incident_id, reports)"
_OR_ADD = """
ON CONFLICT (category, y, x, direction, incident_id)
DO UPDATE SET reports = c.reports + excluded.reports"""
_CELL = f"""
{_INTO_CELLS} VALUES (%(category)s, %(y)s, %(x)s, %(direction)s, %(incident_id)s, %(more)s)
{_OR_ADD}"""
# what somebody says later counts, and where they said the first of it
_INTO_VOICES = """
INSERT INTO incident_voice AS v (incident_id, voice, address, weight, stance, since, at, seen_at,
  severity, cause)"""
_OR_HEAR = """
ON CONFLICT (incident_id, voice) DO UPDATE SET
  address = CASE WHEN excluded.since < v.since THEN excluded.address ELSE v.address END,
  weight = greatest(v.weight, excluded.weight),
  stance = CASE WHEN excluded.at >= v.at THEN excluded.stance ELSE v.stance END,
  severity = CASE WHEN excluded.at >= v.at THEN coalesce(excluded.severity, v.severity)
    ELSE coalesce(v.severity, excluded.severity) END,
  cause = CASE WHEN excluded.at >= v.at THEN coalesce(excluded.cause, v.cause)
    ELSE coalesce(v.cause, excluded.cause) END,
  since = least(v.since, excluded.since),
  at = greatest(v.at, excluded.at),
  seen_at = least(v.seen_at, excluded.seen_at)"""
_VOICE = f"""
{_INTO_VOICES}
VALUES (%(incident_id)s, %(voice)s, %(address)s, %(weight)s, %(stance)s, %(at)s, %(at)s,
  CASE WHEN %(stance)s = 'there' THEN %(at)s::timestamptz END, %(severity)s, %(cause)s)
{_OR_HEAR}"""
_SAID = """
WITH v AS MATERIALIZED (SELECT * FROM incident_voice WHERE incident_id = %(incident_id)s),
addressed AS (
  SELECT min(seen_at) AS seen_at,
    coalesce(sum(weight) FILTER (WHERE stance = 'gone'), 0) AS gone,
    coalesce(sum(weight) FILTER (WHERE stance = 'there'), 0) AS there,
    coalesce(sum(weight) FILTER (WHERE stance = 'there'
      AND at >= (SELECT min(at) FROM v WHERE stance = 'gone')), 0) AS against
  FROM v GROUP BY address),
lately AS (
  SELECT address, weight, at, severity, cause FROM v
  WHERE at > (SELECT max(at) FROM v) - %(lifetime)s)
SELECT (SELECT max(seen_at) FROM v) AS by_voice,
  max(seen_at) AS by_address,
  sum(least(gone, %(most)s))::integer AS gone,
  sum(least(against, %(most)s))::integer AS against,
  sum(least(there, %(most)s))::integer AS there,
  (SELECT severity FROM (
     SELECT severity, least(sum(weight), %(most)s) AS weight, max(at) AS at FROM lately
     WHERE severity IS NOT NULL GROUP BY severity, address) one
   GROUP BY severity ORDER BY sum(weight) DESC, max(at) DESC, severity LIMIT 1) AS severity,
  (SELECT cause FROM (
     SELECT cause, least(sum(weight), %(most)s) AS weight, max(at) AS at FROM lately
     WHERE cause IS NOT NULL GROUP BY cause, address) one
   GROUP BY cause ORDER BY sum(weight) DESC, max(at) DESC, cause LIMIT 1) AS cause
FROM addressed"""
_MOVE_VOICES = f"""
{_INTO_VOICES}
SELECT %(into)s::uuid, voice, address, weight, stance, since, at, seen_at, severity, cause
FROM incident_voice WHERE incident_id = %(id)s
{_OR_HEAR}"""
_MOVE_CELLS = f"""
{_INTO_CELLS}
SELECT category, y, x, direction, %(into)s::uuid, reports
FROM incident_cell WHERE incident_id = %(id)s
{_OR_ADD}"""
_POSTPONE = "UPDATE incident SET end_after = %(until)s WHERE id = %(id)s AND ended_at IS NULL"
_WITHDRAWN = "UPDATE incident_report SET is_withdrawn = %(withdrawn)s WHERE report_id = %(id)s"
_FORGET = """
DELETE FROM incident_cell WHERE incident_id = %(id)s;
DELETE FROM incident_voice WHERE incident_id = %(id)s;
UPDATE incident_report SET voice = '' WHERE incident_id = %(id)s;
DELETE FROM incident_apart WHERE %(id)s IN (incident_id, other_id)"""
_KEEP_APART = """
INSERT INTO incident_apart (incident_id, other_id)
SELECT least(%(id)s::uuid, other), greatest(%(id)s::uuid, other)
FROM unnest(%(others)s::uuid[]) AS kept (other) WHERE other <> %(id)s::uuid
ON CONFLICT DO NOTHING"""
_APART_FROM = """
SELECT CASE WHEN incident_id = %(id)s THEN other_id ELSE incident_id END::text AS other
FROM incident_apart WHERE %(id)s IN (incident_id, other_id)"""
_MOVE = f"""
{_MOVE_VOICES};
{_MOVE_CELLS};
UPDATE incident_report SET incident_id = %(into)s WHERE incident_id = %(id)s;
UPDATE incident SET merged_into = %(into)s WHERE merged_into = %(id)s;
{_FORGET}"""


def near(work: UnitOfWork, category: str, window: Window, blocks: Sequence[int]) -> list[Footprint]:
    """What lies in a window; until the end of the transaction nobody else joins anything there."""
    return _footprints(work, _NEAR_BESIDE, category, window, {"blocks": list(blocks)})


def near_alone(work: UnitOfWork, category: str, window: Window) -> list[Footprint]:
    """The same after `near`, whose locks are given back, while nobody joins anything anywhere."""
    work.all(_BACK)
    alone(work, category)
    return _footprints(work, _NEAR, category, window, {})


def alone(work: UnitOfWork, category: str) -> None:
    """From here on nobody else joins, merges or splits incidents of that category."""
    work.all(_ALONE, {"category": category})


def _footprints(
    work: UnitOfWork, sql: str, category: str, window: Window, more: dict[str, Any]
) -> list[Footprint]:
    rows = list(range(window.south, window.north + 1))
    values = {"category": category, "rows": rows, "west": window.west, "east": window.east}
    return [
        Footprint(row["incident_id"], Cell(row["y"], row["x"]), row["direction"] or None)
        for row in work.all(sql, values | more)
    ]


def locked(work: UnitOfWork, ids: Sequence[str]) -> list[Row]:
    """Those incidents, in the order of their ids; nobody else changes them from here on."""
    return work.all(_LOCKED, {"ids": list(ids)}) if ids else []


def kept_apart(work: UnitOfWork, ids: Sequence[str]) -> list[frozenset[str]]:
    """Which of these officers keep apart."""
    rows = work.all(_APART, {"ids": list(ids)}) if len(ids) > 1 else []
    return [frozenset((row["incident_id"], row["other_id"])) for row in rows]


def insert(work: UnitOfWork, incident: Row) -> None:
    """Add an incident, now."""
    work.all(_INSERT, incident | {"line_json": jsontext.dumps(incident["line"])})


def update(work: UnitOfWork, incident: Row) -> None:
    """Write what an incident became."""
    work.write(_UPDATE, incident | {"line_json": jsontext.dumps(incident["line"])})


def add_report(work: UnitOfWork, values: dict[str, Any]) -> None:
    """A report is of an incident from now on."""
    work.write(_REPORT, values | {"direction": values["direction"] or ""})


def add_to_cell(work: UnitOfWork, values: dict[str, Any], more: int) -> int:
    """So many reports more (or less) lie in a cell, now; how many lie there."""
    rendered = values | {"direction": values["direction"] or "", "more": more}
    return int(work.all(f"{_CELL} RETURNING reports", rendered)[0]["reports"])


def speak(work: UnitOfWork, values: dict[str, Any], rules: dict[str, Any]) -> Row:
    """A voice says something of an incident, now; what all say of it. rules: lifetime, most."""
    return work.all(f"{_VOICE};{_SAID}", values | rules)[0]


def said(work: UnitOfWork, incident_id: str, rules: dict[str, Any]) -> Row:
    """What all say of an incident."""
    return work.all(_SAID, {"incident_id": incident_id} | rules)[0]


def move(work: UnitOfWork, incident_id: str, into: str) -> None:
    """All that an incident has becomes another one's, now."""
    others = [row["other"] for row in work.all(_APART_FROM, {"id": incident_id})]
    work.all(_MOVE, {"id": incident_id, "into": into})
    keep_apart(work, into, others)


def keep_apart(work: UnitOfWork, incident_id: str, others: Sequence[str]) -> None:
    """Reports near to both do not make one of them, now."""
    if others:
        work.all(_KEEP_APART, {"id": incident_id, "others": list(others)})


def postpone(work: UnitOfWork, incident_id: str, until: datetime) -> None:
    """Nobody tries to end it until then; it is over all the same."""
    work.write(_POSTPONE, {"id": incident_id, "until": until})


def set_withdrawn(work: UnitOfWork, report_id: str, *, withdrawn: bool) -> None:
    """A report is not seen in its incident, or is again."""
    work.write(_WITHDRAWN, {"id": report_id, "withdrawn": withdrawn})


def forget_life(work: UnitOfWork, incident_id: str) -> None:
    """Of what has ended nobody needs to know who said what, and where reports would join it."""
    work.write(_FORGET, {"id": incident_id})
