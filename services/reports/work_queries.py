"""Reads of an agency's work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.chassis.cursors import Moment
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import work_sum_queries
from services.reports.part_queries import PART_IS_OPEN
from services.reports.queries import COLUMNS, IS_OPEN

# in the order of the indexes report_open, report_city_open and report_officer_open, which hold all
# that is asked for here: rows of the table are read for the page only
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
(SELECT report_id AS id, {_DUE} AS due, state AS part_state, due_at AS part_due_at,
   asked_for AS part_asked_for, officer AS part_officer
 FROM report_part WHERE {{conditions}} ORDER BY {_DUE}, report_id LIMIT %(rows)s)"""
_PART_COUNTS = f"""
SELECT state, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS overdue
FROM report_part WHERE {{conditions}} GROUP BY state"""
_COUNTS = f"""
SELECT state, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS overdue
FROM report WHERE {{conditions}} GROUP BY state"""
_ANSWERED = """
SELECT count(*) AS answered, count(*) FILTER (WHERE missed = 0) AS answered_in_time
FROM report WHERE settled_at > %(since)s AND state IN ('resolved', 'closed')"""
_OF_AGENCY = " AND agency = %(my_agency)s"


def page(
    work: UnitOfWork,
    asked: dict[str, Any],
    agency: str | None,
    after: Moment | None,
    *,
    leads: bool,
) -> list[Row]:
    """One page of open reports by due date, with one row more than asked for.

    With an agency also those in which it has an open part, by the part's due date: queued_at is
    the date that counts, part_* are null where the agency leads. A state asks for what it leads.
    leads: whether there are any but parts; to look for what is not there is to look at all.
    """
    each = []
    if leads:
        led = [*_fitting(asked, agency), *_within(asked, after, "id")]
        if "state" in asked:
            led.append("state = %(state)s")
        each.append(_with(_LED, led))
    if agency is not None and "state" not in asked:
        helped = [*_fitting(asked, agency, PART_IS_OPEN), *_within(asked, after, "report_id")]
        each.append(_with(_HELPED, helped))
    if not each:
        return []
    values = {"rows": asked["limit"] + 1} | (after.values() if after else {})
    return work.all(
        _PAGE.format(queued="UNION ALL".join(each)), _values(work, asked, agency) | values
    )


def part_counts(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> list[Row]:
    """Per state of an agency's open parts: how many there are, how many of them are late."""
    conditions = _fitting(asked, agency, PART_IS_OPEN)
    return work.all(_with(_PART_COUNTS, conditions), _values(work, asked, agency))


def counts(work: UnitOfWork, asked: dict[str, Any], agency: str | None) -> list[Row]:
    """Per state: how many are open, how many of them are late.

    Sums are kept of one filter at a time; of several together it is counted.
    """
    given = [name for name in ("category", "area", "officer") if name in asked]
    if not given:
        return work_sum_queries.counts(work, agency)
    if len(given) == 1:
        return work_sum_queries.counts(work, agency, given[0], _code(work, asked, given[0]))
    return work.all(_with(_COUNTS, _fitting(asked, agency)), _values(work, asked, agency))


def officers(work: UnitOfWork, agency: str | None) -> list[Row]:
    """officer, open, overdue, those with most overdue first, and nobody's after somebody's."""
    found = work_sum_queries.by_officer(work, agency)
    found.sort(key=lambda row: (-row["overdue"], -row["open"], not row["code"], row["code"]))
    return [
        {"officer": row["code"] or None, "open": row["open"], "overdue": row["overdue"]}
        for row in found[:MOST_OFFICERS]
    ]


def due_today(work: UnitOfWork, agency: str | None, today: datetime) -> int:
    """How many are due from now on until the day's last moment."""
    conditions = [*_fitting({}, agency), _IN_TIME, f"{_DUE} <= %(today)s"]
    found = work.all(_with(_COUNTS, conditions), _values(work, {}, agency) | {"today": today})
    return sum(row["open"] for row in found)


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
    if "officer" in asked:
        values["officer"] = _code(work, asked, "officer")
    return values


def _code(work: UnitOfWork, asked: dict[str, Any], name: str) -> str:
    """Of whom or what is asked."""
    code: str = asked[name]
    if name != "officer":
        return code
    return {"me": work.call.principal.subject, "none": work_sum_queries.NONE}.get(code, code)


def _with(sql: str, conditions: list[str]) -> str:
    return sql.format(conditions=" AND ".join(conditions))
