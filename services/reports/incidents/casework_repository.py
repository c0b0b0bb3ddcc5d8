"""Writes that take an incident apart."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_MEMBERS = """
SELECT report_id::text, at FROM incident_report
WHERE incident_id = %(id)s AND NOT is_withdrawn ORDER BY at, report_id"""
_CELLS_OF = """
INSERT INTO incident_cell (category, y, x, direction, incident_id, reports)
SELECT %(category)s, y, x, direction, incident_id, count(*) FILTER (WHERE NOT is_withdrawn)
FROM incident_report WHERE incident_id IN (%(id)s, %(new)s)
GROUP BY y, x, direction, incident_id"""
# who reported what is taken out is heard of it, too; the voices of the whole stay where they are
_SPLIT = f"""
UPDATE incident_report SET incident_id = %(new)s
WHERE incident_id = %(id)s AND report_id = ANY(%(reports)s::uuid[]);
DELETE FROM incident_cell WHERE incident_id = %(id)s;
{_CELLS_OF};
INSERT INTO incident_voice (incident_id, voice, address, weight, stance, since, at, seen_at,
  severity, cause)
SELECT %(new)s::uuid, v.voice, v.address, v.weight, 'there', m.first, m.last, m.first, v.severity,
  v.cause
FROM incident_voice v JOIN (
  SELECT voice, min(at) AS first, max(at) AS last FROM incident_report
  WHERE incident_id = %(new)s GROUP BY voice) m USING (voice)
WHERE v.incident_id = %(id)s"""


def members(work: UnitOfWork, incident_id: str) -> list[Row]:
    """The reports that are seen in an incident, and when each came."""
    return work.all(_MEMBERS, {"id": incident_id})


def split(work: UnitOfWork, incident: Row, new: str, reports: Sequence[str]) -> None:
    """Those reports, with their cells and voices, are another incident's, now."""
    values = {"id": incident["id"], "category": incident["category"]}
    work.all(_SPLIT, values | {"new": new, "reports": list(reports)})
