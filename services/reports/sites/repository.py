"""Writes of sites."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.sites.linking import Anchor
from services.reports.sites.rules import Deed

# one takes reports in, merges or moves at a time, so that nobody links to what is going away
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('site')) AS is_mine"
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('site'))"
# who writes a report now is waited for, so that none is written unseen; a moment, once
_ADD_CATEGORY = """
LOCK TABLE report IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO site_category (category) VALUES (%(category)s) ON CONFLICT DO NOTHING RETURNING category
"""
_WALK = """
WITH next AS (
  SELECT id FROM report WHERE category = %(category)s AND id > %(walked)s ORDER BY id
  LIMIT %(rows)s),
noted AS (INSERT INTO site_change (report_id) SELECT id FROM next)
UPDATE site_category SET is_walked = (SELECT count(*) < %(rows)s FROM next),
  walked = coalesce((SELECT id FROM next ORDER BY id DESC LIMIT 1), walked)
WHERE category = %(category)s RETURNING is_walked"""
_NEW = """
INSERT INTO site (id, version, category, anchor_lat, anchor_long, lat, long, area, agency, state,
                  created_at, updated_at)
SELECT id, 1, category, lat, long, lat, long, area, agency, 'open', created_at, created_at
FROM jsonb_to_recordset(%(sites)s) AS new (id uuid, category text, lat float8, long float8,
  area text, agency text, created_at timestamptz)
RETURNING id"""
_LINK = """
INSERT INTO site_report (report_id, site_id)
SELECT report, site FROM jsonb_to_recordset(%(links)s) AS new (report uuid, site uuid)
ON CONFLICT (report_id) DO UPDATE SET site_id = excluded.site_id RETURNING report_id"""
_TAKEN = "DELETE FROM site_change WHERE id = ANY(%(ids)s)"
_UPDATE = """
UPDATE site SET version = %(version)s, lat = %(lat)s, long = %(long)s, area = %(area)s,
  agency = %(agency)s, state = %(state)s, reports = %(reports)s, open_reports = %(open_reports)s,
  recurrences = %(recurrences)s, volume = %(volume)s, kinds = %(kinds)s, hazards = %(hazards)s,
  hours = %(hours_json)s, spells = %(spells_json)s, score = %(score)s, opened_at = %(opened_at)s,
  settled_at = %(settled_at)s, last_report_at = %(last_report_at)s, updated_at = %(updated_at)s
WHERE id = %(id)s"""
_PUT_PART = """
INSERT INTO site_part (site_id, duty, agency, state, officer, answer, asked_at, ended_at, due_from,
                       due_at, escalation, missed, alarm, alarm_at)
VALUES (%(site_id)s, %(duty)s, %(agency)s, %(state)s, %(officer)s, %(answer)s, %(asked_at)s,
        %(ended_at)s, %(due_from)s, %(due_at)s, %(escalation)s, %(missed)s, %(alarm)s, %(alarm_at)s)
ON CONFLICT (site_id, duty) DO UPDATE
SET agency = excluded.agency, state = excluded.state, officer = excluded.officer,
  answer = excluded.answer, asked_at = excluded.asked_at, ended_at = excluded.ended_at,
  due_from = excluded.due_from, due_at = excluded.due_at, escalation = excluded.escalation,
  missed = excluded.missed, alarm = excluded.alarm, alarm_at = excluded.alarm_at"""
_DROP_PART = "DELETE FROM site_part WHERE site_id = %(site_id)s AND duty = %(duty)s"
_SET_ALARM = """
UPDATE site_part SET alarm_at = %(at)s
WHERE site_id = %(site_id)s AND duty = %(duty)s AND alarm IS NOT NULL"""
_TOUCH = "UPDATE site SET version = %(version)s, updated_at = %(updated_at)s WHERE id = %(id)s"
_REST = """
UPDATE site SET refresh_at = %(at)s WHERE id = %(id)s AND refresh_at IS NULL"""
_RESTED = "UPDATE site SET refresh_at = NULL WHERE id = ANY(%(ids)s::uuid[])"
_DEED = """
INSERT INTO site_deed (id, site_id, name, duty, at, actor, note)
VALUES (%(id)s, %(site_id)s, %(name)s, %(duty)s, %(at)s, %(actor)s, %(note)s) RETURNING id"""
_MERGE = """
WITH moved AS (UPDATE site_report SET site_id = %(into)s WHERE site_id = %(id)s),
told AS (UPDATE site_deed SET site_id = %(into)s WHERE site_id = %(id)s)
UPDATE site SET merged_into = %(into)s WHERE id = %(id)s OR merged_into = %(id)s RETURNING id"""


def try_lock(work: UnitOfWork) -> bool:
    """Whether nobody else takes in, merges or moves now."""
    return bool(work.all(_TRY_LOCK)[0]["is_mine"])


def lock(work: UnitOfWork) -> None:
    """Wait until nobody else does. Raises DatabaseAway after a while."""
    work.all(_LOCK)


def add_category(work: UnitOfWork, category: str) -> None:
    """From now on reports of this category are noted."""
    work.all(_ADD_CATEGORY, {"category": category})


def walk(work: UnitOfWork, known: Row, rows: int) -> None:
    """Note the next reports of before."""
    work.all(_WALK, known | {"rows": rows})


def add(work: UnitOfWork, sites: Iterable[dict[str, Any]]) -> None:
    """New sites, at once."""
    work.all(_NEW, {"sites": jsontext.dumps(list(sites))})


def link(work: UnitOfWork, links: dict[str, str]) -> None:
    """Say on which site reports lie, at once: report to site."""
    rows = [{"report": report, "site": site} for report, site in links.items()]
    work.all(_LINK, {"links": jsontext.dumps(rows)})


def taken(work: UnitOfWork, changes: Iterable[Row]) -> None:
    """These were looked at."""
    work.write(_TAKEN, {"ids": [change["id"] for change in changes]})


def update(work: UnitOfWork, site: Row) -> None:
    """Write what a site became."""
    written = {f"{name}_json": jsontext.dumps(site[name]) for name in ("hours", "spells")}
    work.write(_UPDATE, site | written)


def touch(work: UnitOfWork, site: Row) -> None:
    """Write a site's new version."""
    work.write(_TOUCH, site)


def rest(work: UnitOfWork, site_id: str, until: datetime) -> None:
    """A site is reckoned anew then."""
    work.write(_REST, {"id": site_id, "at": until})


def rested(work: UnitOfWork, ids: list[str]) -> None:
    """These are reckoned anew now."""
    if ids:
        work.write(_RESTED, {"ids": ids})


def put_part(work: UnitOfWork, part: Row) -> None:
    """Write what an agency owes now."""
    work.write(_PUT_PART, part)


def drop_part(work: UnitOfWork, site_id: str, duty: str) -> None:
    """It owes nothing, and never did."""
    work.write(_DROP_PART, {"site_id": site_id, "duty": duty})


def set_alarm(work: UnitOfWork, site_id: str, duty: str, at: datetime) -> None:
    """The alarm of a duty rings at that time."""
    work.write(_SET_ALARM, {"site_id": site_id, "duty": duty, "at": at})


def add_deed(work: UnitOfWork, site_id: str, deed: Deed) -> None:
    """Remember what an officer did, at once."""
    values = {name: getattr(deed, name) for name in ("id", "name", "duty", "at", "actor", "note")}
    work.all(_DEED, values | {"site_id": site_id})


def merge(work: UnitOfWork, site_id: str, into: str) -> None:
    """All that belongs to a site, and will, belongs to another one; at once."""
    work.all(_MERGE, {"id": site_id, "into": into})


def as_new(site_id: str, report: Row, agency: str) -> tuple[dict[str, Any], Anchor]:
    """A site that begins with a report, and where."""
    names = ("category", "lat", "long", "area", "created_at")
    begun = {name: report[name] for name in names} | {"id": site_id, "agency": agency}
    return begun, Anchor(site_id, site_id, report["lat"], report["long"])
