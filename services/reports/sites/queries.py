"""Reads of sites, and of what they are reckoned from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.cursors import Cursor, Weight
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.district_sql import DISTRICT
from services.reports.nearby_queries import box_around
from services.reports.part_queries import PART_IS_OPEN
from services.reports.queries import COLUMNS as REPORT
from services.reports.queries import PHOTO_FIELDS
from services.reports.sites.schemas import MOST_PHOTOS

# which reports are seen on a site and count: what everybody sees, what somebody is to look at or
# looked at, and whose place is exact
COUNTS = """visibility <> 'secret' AND NOT approximate
  AND state NOT IN ('rejected', 'duplicate', 'not_authority')"""
PARTS = """(SELECT coalesce(json_agg(json_build_object(
     'duty', duty, 'agency', agency, 'state', state, 'asked_at', asked_at, 'ended_at', ended_at,
     'due_at', due_at, 'officer', officer, 'answer', answer, 'escalation', escalation)
     ORDER BY duty), '[]') FROM site_part WHERE site_id = site.id) AS parts"""
STORED = """id::text, version, category, anchor_lat, anchor_long, lat, long, area, agency, state,
  reports, open_reports, recurrences, volume, kinds, hazards, hours, spells, score, opened_at,
  settled_at, last_report_at, merged_into::text, created_at, updated_at"""
_SHOWN = f"SELECT {STORED}, {PARTS} FROM site"
_CHANGES = "SELECT id, report_id::text FROM site_change ORDER BY id LIMIT %(rows)s"
_REPORTED = f"""
SELECT r.id::text, r.category, r.lat, r.long, r.area, r.created_at, l.site_id::text,
  ({COUNTS}) AS counts
FROM report r LEFT JOIN site_report l ON l.report_id = r.id
WHERE r.id = ANY(%(ids)s::uuid[]) ORDER BY r.id"""
_ANCHORS = """
SELECT place.n, site.id::text, coalesce(site.merged_into, site.id)::text AS site,
  site.anchor_lat AS lat, site.anchor_long AS long
FROM jsonb_to_recordset(%(places)s) AS place (n integer, category text, west float8, south float8,
  east float8, north float8)
JOIN site ON site.category = place.category AND point(site.anchor_long, site.anchor_lat)
  <@ box(point(place.west, place.south), point(place.east, place.north))"""
_LOCKED = f"""
SELECT {STORED} FROM site WHERE id = ANY(%(ids)s::uuid[]) ORDER BY site.id FOR NO KEY UPDATE"""
_LINKED = f"""
SELECT l.site_id::text, r.id::text, r.created_at, r.lat, r.long, r.attributes AS answers,
  CASE WHEN r.state IN ('resolved', 'closed') THEN coalesce((
    SELECT max(h.at) FROM report_history h WHERE h.report_id = r.id AND h.action = 'resolve'),
    r.settled_at, r.updated_at) END AS resolved_at
FROM site_report l JOIN report r ON r.id = l.report_id
WHERE l.site_id = ANY(%(ids)s::uuid[]) AND {COUNTS}"""
_DEEDS = """
SELECT site_id::text, id::text, name, duty, at, actor, note FROM site_deed
WHERE site_id = ANY(%(ids)s::uuid[])"""
_PARTS_OF = """
SELECT site_id::text, duty, agency, state, officer, answer, asked_at, ended_at, due_from, due_at,
  escalation, missed, alarm, alarm_at
FROM site_part WHERE site_id = ANY(%(ids)s::uuid[])"""
_RESTED = """
SELECT id::text FROM site WHERE refresh_at <= %(now)s ORDER BY refresh_at LIMIT %(rows)s"""
_ALARMS = """
SELECT site_id::text, duty FROM site_part WHERE alarm_at <= %(now)s
ORDER BY alarm_at LIMIT %(rows)s"""
_LEADS_TO = """
SELECT coalesce(merged_into, id)::text AS id FROM site WHERE id = %(id)s"""
_CATEGORIES = "SELECT category, walked::text, is_walked FROM site_category"
_LIES_ON = f"""
SELECT l.site_id FROM site_report l JOIN report r ON r.id = l.report_id
WHERE l.report_id = %(report)s AND {COUNTS}"""
_REPORTS = f"""
SELECT {REPORT} FROM report JOIN site_report l ON l.report_id = report.id
WHERE l.site_id = %(id)s AND {COUNTS} AND (%(after)s::uuid IS NULL OR l.report_id < %(after)s)
ORDER BY l.report_id DESC LIMIT %(rows)s"""
# what came with an answer shows the place after; all else, before
_PHOTOS = f"""
SELECT p.report_id::text AS report, {PHOTO_FIELDS}, h.at,
  CASE WHEN h.action IN ('resolve', 'finish') THEN 'after' ELSE 'before' END AS moment
FROM (
  SELECT photo.*, l.report_id AS of FROM site_report l JOIN report r ON r.id = l.report_id
  JOIN report_photo photo ON photo.report_id = r.id
  WHERE l.site_id = %(id)s AND {COUNTS}
  ORDER BY l.report_id DESC, photo.n DESC LIMIT {MOST_PHOTOS}) p
JOIN report_history h USING (report_id, version)
ORDER BY h.at DESC, p.report_id DESC, n DESC"""
_IS_SEEN = "reports > 0 AND merged_into IS NULL"
_CONDITIONS = {
    "state": "state = %(state)s",
    "category": "category = %(category)s",
    "areas": "area = ANY(%(areas)s)",
    "kind": "kinds @> ARRAY[%(kind)s]",
    "agency": f"""EXISTS (SELECT FROM site_part p
  WHERE p.site_id = site.id AND p.agency = %(agency)s AND p.{PART_IS_OPEN})""",
    "west": "point(long, lat) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))",
    "report": f"id = ({_LIES_ON})",
}
# an index holds them in this order
_WORST_OPEN = f"""
SELECT worst.* FROM unnest(%(districts)s::text[]) AS district (code) CROSS JOIN LATERAL (
  SELECT id::text, category, area, lat, long, reports, recurrences, score, opened_at FROM site
  WHERE {DISTRICT} = district.code AND state = 'open' AND {_IS_SEEN}
  ORDER BY score DESC, site.id DESC LIMIT %(most)s) worst"""
_NEWEST, _WORST = "site.id DESC", "score DESC, site.id DESC"
_IS_USED = {
    name: f"SELECT EXISTS (SELECT 1 FROM site WHERE {column}) AS yes"
    for name, column in {
        "category": "category = %(code)s",
        "kind": "kinds @> ARRAY[%(code)s]",
    }.items()
}


def changes(work: UnitOfWork, rows: int) -> list[Row]:
    """id, report_id: reports that are to be looked at, the earliest noted first."""
    return work.all(_CHANGES, {"rows": rows})


def reported(work: UnitOfWork, ids: Iterable[str]) -> list[Row]:
    """Reports in the order of their ids, with the site that each is linked to, if any, and whether
    it counts."""
    return work.all(_REPORTED, {"ids": list(ids)})


def anchors(work: UnitOfWork, places: Iterable[tuple[Row, float]]) -> list[Row]:
    """Where sites began that may be near: n, the number of the place; id, site, lat, long.

    places: (report, radius in metres).
    """
    asked = [
        {"n": n, "category": report["category"]} | box_around(report["lat"], report["long"], radius)
        for n, (report, radius) in enumerate(places)
    ]
    return work.all(_ANCHORS, {"places": jsontext.dumps(asked)})


def locked(work: UnitOfWork, ids: Iterable[str]) -> list[Row]:
    """Sites that nobody else changes until this transaction ends, in the order of their ids."""
    return work.all(_LOCKED, {"ids": sorted(ids)})


def linked(work: UnitOfWork, ids: list[str]) -> list[Row]:
    """The reports that count on each of these sites."""
    return work.all(_LINKED, {"ids": ids})


def deeds(work: UnitOfWork, ids: list[str]) -> list[Row]:
    """What officers did there."""
    return work.all(_DEEDS, {"ids": ids})


def parts(work: UnitOfWork, ids: list[str]) -> list[Row]:
    """What agencies owe to each of these sites; a site's lock is that of its parts, too."""
    return work.all(_PARTS_OF, {"ids": ids})


def rested(work: UnitOfWork, now: datetime, rows: int) -> list[str]:
    """Sites with many reports that are to be reckoned anew by now."""
    return [row["id"] for row in work.all(_RESTED, {"now": now, "rows": rows})]


def alarms_due(work: UnitOfWork, now: datetime, rows: int) -> list[tuple[str, str]]:
    """(site, duty) whose alarm should have rung, the oldest first."""
    found = work.all(_ALARMS, {"now": now, "rows": rows})
    return [(row["site_id"], row["duty"]) for row in found]


def leads_to(work: UnitOfWork, site_id: str) -> str | None:
    """The site that an id means: itself, or the one that it was merged into."""
    row = work.first(_LEADS_TO, {"id": site_id})
    return row["id"] if row else None


def categories(work: UnitOfWork) -> list[Row]:
    """category, walked, is_walked: which categories are known to have sites."""
    return work.all(_CATEGORIES)


def one(work: UnitOfWork, site_id: str) -> Row | None:
    """One site that everybody sees."""
    return work.first(f"{_SHOWN} WHERE {_IS_SEEN} AND id = %(id)s", {"id": site_id})


def page(work: UnitOfWork, wanted: dict[str, Any], after: Cursor | Weight | None) -> list[Row]:
    """One page of the sites that everybody sees, with one row more than asked for."""
    conditions = [_IS_SEEN, *(sql for name, sql in _CONDITIONS.items() if name in wanted)]
    values: dict[str, Any] = {"rows": wanted["limit"] + 1}
    order = _NEWEST
    if wanted["sort"] == "worst":
        order = _WORST
    if isinstance(after, Weight):
        conditions.append("(score, id) < (%(weight)s, %(after)s)")
        values |= {"weight": after.weight, "after": after.id}
    elif after is not None:
        conditions.append("site.id < %(after)s")
        values |= {"after": after}
    sql = f"{_SHOWN} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT %(rows)s"
    return work.all(sql, wanted | values)


def worst_open(work: UnitOfWork, districts: Iterable[str], most: int) -> list[Row]:
    """The worst sites on which garbage lies, at most so many of each kecamatan."""
    return work.all(_WORST_OPEN, {"districts": list(districts), "most": most})


def is_used(work: UnitOfWork, name: str, code: str) -> bool:
    """Whether any site has that code of a category or kind."""
    return bool(work.all(_IS_USED[name], {"code": code})[0]["yes"])


def reports(work: UnitOfWork, asked: dict[str, Any], after: Cursor | None) -> list[Row]:
    """One page of a site's reports, the newest first, with one row more than asked for."""
    values = {"id": asked["id"], "after": after, "rows": asked["limit"] + 1}
    return work.all(_REPORTS, values)


def photos(work: UnitOfWork, site_id: str) -> list[Row]:
    """The newest photos of a site's reports."""
    return work.all(_PHOTOS, {"id": site_id})
