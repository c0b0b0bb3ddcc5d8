"""Writes of the parts that agencies have in reports."""

from __future__ import annotations

from datetime import datetime

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_PUT = """
INSERT INTO report_part (report_id, agency, state, category, area, officer, asked_for, answer,
                         asked_at, updated_at, ended_at, due_from, due_at, escalation, missed,
                         alarm, alarm_at)
VALUES (%(report_id)s, %(agency)s, %(state)s, %(category)s, %(area)s, %(officer)s, %(asked_for)s,
        %(answer)s, %(asked_at)s, %(updated_at)s, %(ended_at)s, %(due_from)s, %(due_at)s,
        %(escalation)s, %(missed)s, %(alarm)s, %(alarm_at)s)
ON CONFLICT (report_id, agency) DO UPDATE
SET state = excluded.state, officer = excluded.officer, asked_for = excluded.asked_for,
  answer = excluded.answer, asked_at = excluded.asked_at, updated_at = excluded.updated_at,
  ended_at = excluded.ended_at, due_from = excluded.due_from, due_at = excluded.due_at,
  escalation = excluded.escalation, missed = excluded.missed, alarm = excluded.alarm,
  alarm_at = excluded.alarm_at"""
_SET_ALARM = """
UPDATE report_part SET alarm_at = %(at)s
WHERE report_id = %(id)s AND agency = %(agency)s AND alarm IS NOT NULL"""


def put(work: UnitOfWork, part: Row) -> None:
    """Write what a part became; it is new if the agency had none."""
    work.write(_PUT, part)


def set_alarm(work: UnitOfWork, report_id: str, agency: str, at: datetime) -> None:
    """The part's alarm rings at that time."""
    work.write(_SET_ALARM, {"id": report_id, "agency": agency, "at": at})
