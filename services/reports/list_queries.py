"""Reads of the list of reports.

Each way to ask must be quick however many reports there are, so each is led to the index that is in
the order of its answer. What the planner believes of the whole is not so of what comes first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.ids import new_id
from services.chassis.principal import Principal
from services.chassis.unit_of_work import UnitOfWork
from services.reports.domain import is_overseer
from services.reports.queries import COLUMNS

# ids are UUIDv7, so their order is the order of creation; with dates, the index of those is walked.
# A bare `id` would be the text that is shown, which no index is in the order of.
_BY_ID, _BY_TIME = "report.id DESC", "created_at DESC, report.id DESC"
_AFTER = "report.id < %(after)s"
_AFTER_IN_TIME = """
(created_at, report.id) < (SELECT last.created_at, last.id FROM report last WHERE id = %(after)s)"""
_CONDITIONS = {
    "state": "state = %(state)s",
    "category": "category = %(category)s",
    "areas": "area = ANY(%(areas)s)",
    "agency": "agency = %(agency)s",
    "since": "created_at >= %(since)s",
    "until": "created_at <= %(until)s",
    "west": "long BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s",
}
# none of the newest is closed, and to walk by id would be to walk past them all; an order that
# begins with the state has only one index
_STATE_FIRST = "state BETWEEN %(state)s AND %(state)s"
_BY_STATE = f"state, {_BY_ID}"

# category, area and agency stand among a report's words, so that one index finds what has them all
_MARKED = ("category", "areas", "agency")
_FITS = "words @@ websearch_to_tsquery('indonesian', %(q)s)"
_HAS = "words @@ %(marks)s::tsquery"
# what statistics are kept of; of rarer words the planner knows nothing, and would walk to the end.
# Who walks with a category, area or agency walks through those only, so less is often there
_OFTEN, _OFTEN_AT_A_PLACE = 10, 3
_NEWEST = "(SELECT words FROM report_words ORDER BY report_id DESC LIMIT 2000) newest"
_IS_OFTEN = f"SELECT count(*) >= %(often)s AS yes FROM {_NEWEST} WHERE {{fits}}"
_OFTEN_USED = f"report JOIN report_words w ON w.report_id = report.id AND {_FITS}"
_FOUND = "WITH w AS MATERIALIZED (SELECT report_id FROM report_words WHERE"
# the newest are of this week and the last one, mostly, and of the next by another machine's clock:
# of many that fit, few are looked at
_WEEK_MS, _WEEKS = 604_800_000, 2
# what was found is put in order first, and reports are looked up one by one until the page is full;
# OFFSET keeps the planner from walking through all reports beside it
_SELDOM_USED = """(SELECT report_id FROM w ORDER BY report_id DESC OFFSET 0) w
CROSS JOIN LATERAL (SELECT * FROM report WHERE id = w.report_id OFFSET 0) report"""
_BY_FOUND = "w.report_id DESC"

_IS_USED = {
    name: f"""
SELECT EXISTS (SELECT 1 FROM report WHERE visibility <> 'secret' AND {name} = %(code)s) AS yes"""
    for name in ("category", "area", "agency")
}


def page(work: UnitOfWork, wanted: dict[str, Any], after: Cursor | None) -> list[Row]:
    """One page of what the caller may see, newest first, with one row more than asked for.

    wanted: what `listing.wanted` made of the filters.
    """
    marks, is_timed = _marks(wanted), _is_timed(wanted)
    if "q" not in wanted and len(marks) < 2:
        return _read(work, wanted, after, "report")
    fits = [_FITS] * ("q" in wanted) + [_HAS] * bool(marks)
    known = wanted | {"marks": " & ".join(marks)}
    if _is_often(work, known, fits, _OFTEN_AT_A_PLACE if marks else _OFTEN):
        return _read(work, known, after, _OFTEN_USED if "q" in wanted else "report")
    if not is_timed:
        lately = known | {"marks": " & ".join([*marks, _lately(after)])}
        rows = _read(work, lately, after, _SELDOM_USED, {*fits, _HAS})
        if len(rows) > wanted["limit"]:
            return rows
    return _read(work, known, after, _SELDOM_USED, fits)


def is_used(work: UnitOfWork, column: str, code: str) -> bool:
    """Whether any public report has that code of a category, area or agency."""
    return bool(work.all(_IS_USED[column], {"code": code})[0]["yes"])


def _conditions(wanted: dict[str, Any], after: Cursor | None, *, is_by_state: bool) -> list[str]:
    known = _CONDITIONS | ({"state": _STATE_FIRST} if is_by_state else {})
    found = [sql for name, sql in known.items() if name in wanted]
    if wanted.get("mine"):
        found.append("reporter = %(me)s")
    if after is not None:
        found.append(_AFTER_IN_TIME if _is_timed(wanted) else _AFTER)
    return found


def _order(wanted: dict[str, Any], *, is_by_state: bool) -> str:
    if _is_timed(wanted):
        return _BY_TIME
    return _BY_STATE if is_by_state else _BY_ID


def _is_timed(wanted: dict[str, Any]) -> bool:
    return "since" in wanted or "until" in wanted


def _is_by_state(wanted: dict[str, Any], after: Cursor | None) -> bool:
    """The first page only: the others begin where there are such."""
    return "state" in wanted and after is None and not _is_timed(wanted)


def _is_often(work: UnitOfWork, wanted: dict[str, Any], fits: list[str], often: int) -> bool:
    """Whether so many of the newest fit."""
    sql = _IS_OFTEN.format(fits=" AND ".join(fits))
    return bool(work.all(sql, wanted | {"often": often})[0]["yes"])


def _read(
    work: UnitOfWork,
    wanted: dict[str, Any],
    after: Cursor | None,
    source: str,
    fits: Collection[str] = (),
) -> list[Row]:
    """Read the page from there. fits: by what it is found, if it is not walked to."""
    principal = work.call.principal
    found = f"{_FOUND} {' AND '.join(sorted(fits))})" if fits else ""
    is_by_state = not fits and _is_by_state(wanted, after)
    order = _BY_FOUND if fits and not _is_timed(wanted) else _order(wanted, is_by_state=is_by_state)
    conditions = [visible(principal), *_conditions(wanted, after, is_by_state=is_by_state)]
    sql = f"""{found} SELECT {COLUMNS} FROM {source}
WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT %(rows)s"""
    values = wanted | seeing(principal) | {"after": after, "rows": wanted["limit"] + 1}
    return work.all(sql, values)


def _lately(after: Cursor | None) -> str:
    """The part of a tsquery of what a page that begins there has first."""
    week = (UUID(str(after) if after else new_id()).int >> 80) // _WEEK_MS
    return "(" + " | ".join(_mark("week", str(week - n)) for n in range(-1, _WEEKS)) + ")"


def _marks(wanted: dict[str, Any]) -> list[str]:
    """What the words of the wanted reports hold besides, as parts of a tsquery."""
    return [
        "(" + " | ".join(_mark(name.removesuffix("s"), code) for code in _codes(wanted[name])) + ")"
        for name in _MARKED
        if name in wanted
    ]


def _codes(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _mark(name: str, code: str) -> str:
    quoted = code.replace("\\", "\\\\").replace("'", "''")
    return f"'={name}={quoted}'"


def seeing(principal: Principal) -> dict[str, str | None]:
    """The values that `visible` asks for."""
    return {"me": principal.subject, "my_agency": principal.agency}


def visible(principal: Principal) -> str:
    """The condition of reports that somebody may see, as `domain.view_of` says."""
    if is_overseer(principal):
        return "true"
    allowed = ["visibility <> 'secret'"]
    if not principal.is_guest:
        allowed.append("reporter = %(me)s")
    if principal.agency:
        allowed += ["agency = %(my_agency)s", "%(my_agency)s = ANY(helpers)"]
    return f"({' OR '.join(allowed)})"
