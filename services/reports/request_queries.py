"""Reads of public reports for Open311."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.lifecycle import OPEN, State
from services.reports.queries import SHOWN_AS

# what the agency said when it brought a report into the state it is in
SPOKEN: Mapping[State, str] = {
    State.ON_HOLD: "hold",
    State.RESOLVED: "resolve",
    State.CLOSED: "resolve",
    State.REJECTED: "reject",
    State.NOT_AUTHORITY: "refer",
    State.DUPLICATE: "merge",
}
_SPEAKS = " ".join(f"WHEN '{state}' THEN '{action}'" for state, action in SPOKEN.items())
_FIND = f"""
SELECT r.id::text, r.number, r.state, r.category, r.description, r.agency, r.lat, r.long,
  r.approximate, r.area, r.address, r.supports, r.due_at, r.created_at, r.updated_at, r.settled_at,
  (SELECT count(*) FROM report_photo p WHERE p.report_id = r.id) AS photos,
  (SELECT coalesce({SHOWN_AS}, h.data->>'note', h.data->>'reason') FROM report_history h
   WHERE h.report_id = r.id AND h.action = CASE r.state {_SPEAKS} END
   ORDER BY h.version DESC LIMIT 1) AS said,
  (SELECT o.number FROM report o
   WHERE o.id = r.duplicate_of AND o.visibility <> 'secret') AS original
FROM report r WHERE r.visibility <> 'secret' AND {{conditions}}
ORDER BY r.created_at DESC, r.id DESC LIMIT %(limit)s OFFSET %(offset)s"""


def by_numbers(work: UnitOfWork, asked: dict[str, Any]) -> list[Row]:
    """Those of the numbers that are public."""
    return work.all(_FIND.format(conditions="r.number = ANY(%(numbers)s)"), asked)


def find(work: UnitOfWork, asked: dict[str, Any], since: datetime, until: datetime) -> list[Row]:
    """What came in between, and fits."""
    conditions = ["r.created_at BETWEEN %(since)s AND %(until)s"]
    if "categories" in asked:
        conditions.append("r.category = ANY(%(categories)s)")
    if len(set(asked.get("statuses", ()))) == 1:
        wanted = "" if asked["statuses"][0] == "open" else "NOT "
        conditions.append(f"{wanted}r.state = ANY(%(open)s)")
    values = asked | {"since": since, "until": until, "open": [state.value for state in OPEN]}
    return work.all(_FIND.format(conditions=" AND ".join(conditions)), values)
