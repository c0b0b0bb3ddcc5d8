"""Reads of an agency's work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.chassis.cursors import Moment
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.part_queries import PART_IS_OPEN
from services.reports.queries import COLUMNS, IS_OPEN

# the condition of the indexes report_open and report_city_open, which hold all that is asked for
# here: what grows with the backlog is read from them alone, and rows of the table only for the page
_DUE = "coalesce(due_at, 'infinity'::timestamptz)"
_LATE = f"{_DUE} < %(now)s"
_IN_TIME = f"{_DUE} >= %(now)s"
ANSWERED_WITHIN = timedelta(days=30)
MOST_OFFICERS = 1_000

_PAGE = f"""
SELECT {COLUMNS}, nullif(queued.due, 'infinity') AS queued_at, part_state, part_due_at,
  part_asked_for, part_officer
FROM (SELECT * FROM ({{queued}}) each ORDER BY due, id LIMIT %(rows)s) queued
JOIN report USING (id)
ORDER BY queued.due, id"""
_LED = f"""
(SELECT id, {_DUE} AS due, NULL AS part_state, NULL::timestamptz AS part_due_at,
   NULL AS part_asked_for, NULL AS part_officer
 FROM report WHERE {{conditions}} ORDER BY {_DUE}, id LIMIT %(rows)s)"""
# what the agency does for another's report stands between its own, by its own term
_HELPED = f"""
(SELECT report_id, {_DUE}, state, due_at, asked_for, officer
 FROM report_part WHERE {{conditions}} ORDER BY {_DUE}, report_id LIMIT %(rows)s)"""
_PART_COUNTS = f"""
SELECT state, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS overdue
FROM report_part WHERE {{conditions}} GROUP BY state"""
_COUNTS = f"""
SELECT state, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS overdue
FROM report WHERE {{conditions}} GROUP BY state"""
_OFFICERS = f"""
SELECT officer, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS overdue
FROM report WHERE {{conditions}} GROUP BY officer
ORDER BY overdue DESC, open DESC, officer LIMIT {MOST_OFFICERS}"""
_PRESSING = f"""
SELECT count(*) FILTER (WHERE due_at <= %(today)s AND {_IN_TIME}) AS due_today,
  count(*) FILTER (WHERE escalation > 0) AS escalated
FROM report WHERE {{conditions}}"""
_ANSWERED = """
SELECT count(*) AS answered, count(*) FILTER (WHERE missed = 0) AS answered_in_time
FROM report WHERE settled_at > %(since)s AND state IN ('resolved', 'closed')"""
_OF_AGENCY = " AND agency = %(my_agency)s"


def page(
    work: UnitOfWork, asked: dict[str, Any], agency: str | None, after: Moment | None
) -> list[Row]:
    """One page of open reports by due date, with one row more than asked for.

    With an agency also those in which it has an open part, by the part's due date: queued_at is
    the date that counts, part_* are null where the agency leads. A state asks for what it leads.
    """
    led = [*_fitting(asked, agency), *_within(asked, after, "id")]
    if "state" in asked:
        led.append("state = %(state)s")
    queued = _with(_LED, led)
    if agency is not None and "state" not in asked:
        helped = [*_fitting(asked, agency, PART_IS_OPEN), *_within(asked, after, "report_id")]
        queued += "UNION ALL" + _with(_HELPED, helped)
    values = {"rows": asked["limit"] + 1} | (after.values() if after else {})
    return work.all(_PAGE.format(queued=queued), _values(work, asked, agency) | values)


def part_counts(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> list[Row]:
    """Per state of an agency's open parts: how many there are, how many of them are late."""
    conditions = _fitting(asked, agency, PART_IS_OPEN)
    return work.all(_with(_PART_COUNTS, conditions), _values(work, asked, agency))


def counts(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> list[Row]:
    """Per state: how many are open, how many of them are late."""
    return work.all(_with(_COUNTS, _fitting(asked, agency)), _values(work, asked, agency))


def officers(work: UnitOfWork, agency: str | None) -> list[Row]:
    """Per officer, those with most overdue first."""
    return work.all(_with(_OFFICERS, _fitting({}, agency)), _values(work, {}, agency))


def pressing(work: UnitOfWork, agency: str | None, today: datetime) -> Row:
    """due_today, escalated. today: its last moment."""
    values = _values(work, {}, agency) | {"today": today}
    return work.all(_with(_PRESSING, _fitting({}, agency)), values)[0]


def answered(work: UnitOfWork, agency: str | None) -> Row:
    """answered, answered_in_time within the last days."""
    values = {"my_agency": agency, "since": work.clock.now() - ANSWERED_WITHIN}
    return work.all(_ANSWERED if agency is None else _ANSWERED + _OF_AGENCY, values)[0]


def _within(asked: dict[str, Any], after: Moment | None, id_: str) -> list[str]:
    conditions = []
    if "overdue" in asked:
        conditions.append(_LATE if asked["overdue"] else _IN_TIME)
    if after is not None:
        conditions.append(f"({_DUE}, {id_}) > (%(at)s::timestamptz, %(after)s)")
    return conditions


def _fitting(asked: dict[str, Any], agency: str | None, is_open: str = IS_OPEN) -> list[str]:
    conditions = [is_open]
    if agency is not None:
        conditions.append("agency = %(my_agency)s")
    conditions += [f"{name} = %({name})s" for name in ("category", "area") if name in asked]
    if asked.get("officer") == "none":
        conditions.append("officer IS NULL")
    elif "officer" in asked:
        conditions.append("officer = %(officer)s")
    return conditions


def _values(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> dict[str, Any]:
    values = asked | {"my_agency": agency, "now": work.clock.now()}
    if asked.get("officer") == "me":
        values["officer"] = work.call.principal.subject
    return values


def _with(sql: str, conditions: list[str]) -> str:
    return sql.format(conditions=" AND ".join(conditions))
