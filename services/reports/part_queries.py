"""Reads of the parts that agencies have in reports."""

from __future__ import annotations

from datetime import datetime

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.parts import OPEN_PARTS

COLUMNS = """report_id::text, agency, state, category, area, officer, asked_for, answer, asked_at,
  updated_at, ended_at, due_from, due_at, escalation, missed, alarm, alarm_at"""
PART_IS_OPEN = f"state IN {tuple(state.value for state in OPEN_PARTS)}"
_ALL = f"SELECT {COLUMNS} FROM report_part WHERE report_id = %(id)s ORDER BY asked_at, agency"
_ONE = f"SELECT {COLUMNS} FROM report_part WHERE report_id = %(id)s AND agency = %(agency)s"
_OPEN = (
    f"SELECT {COLUMNS} FROM report_part WHERE report_id = %(id)s AND {PART_IS_OPEN} ORDER BY agency"
)
_ALARMS = """
SELECT report_id::text, agency FROM report_part WHERE alarm_at <= %(now)s
ORDER BY alarm_at LIMIT %(rows)s"""


def all_of(work: UnitOfWork, report_id: str) -> list[Row]:
    """Every part in a report, as they were asked for; a city has few agencies."""
    return work.all(_ALL, {"id": report_id})


def one(work: UnitOfWork, report_id: str, agency: str) -> Row | None:
    """An agency's part in a report; the report's lock is the part's, too."""
    return work.first(_ONE, {"id": report_id, "agency": agency})


def open_of(work: UnitOfWork, report_id: str) -> list[Row]:
    """The parts that are not done, declined or withdrawn."""
    return work.all(_OPEN, {"id": report_id})


def alarms_due(work: UnitOfWork, now: datetime, rows: int) -> list[tuple[str, str]]:
    """(report, agency) of parts whose alarm should have rung, the oldest first."""
    found = work.all(_ALARMS, {"now": now, "rows": rows})
    return [(row["report_id"], row["agency"]) for row in found]
