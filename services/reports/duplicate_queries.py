"""Reads of reports that are about the same."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.list_queries import seeing, visible
from services.reports.queries import COLUMNS

# by the id itself, not by its text in COLUMNS: everybody locks in the same order
_LOCKED = f"""
SELECT {COLUMNS} FROM report WHERE id = ANY(%(ids)s::uuid[]) ORDER BY report.id FOR NO KEY UPDATE"""
_PAGE = f"""
SELECT {COLUMNS} FROM report WHERE {{conditions}} ORDER BY report.id DESC LIMIT %(rows)s"""


def locked(work: UnitOfWork, *ids: str) -> dict[str, Row]:
    """Reports by id, which nobody else changes until this transaction ends."""
    return {row["id"]: row for row in work.all(_LOCKED, {"ids": list(ids)})}


def page(work: UnitOfWork, asked: dict[str, Any], after: Cursor | None) -> list[Row]:
    """One page of a report's duplicates that the caller may see, with one row more."""
    conditions = ["duplicate_of = %(id)s", visible(work.call.principal)]
    if after is not None:
        conditions.append("report.id < %(after)s")
    sql = _PAGE.format(conditions=" AND ".join(conditions))
    values = asked | seeing(work.call.principal)
    return work.all(sql, values | {"after": after, "rows": asked["limit"] + 1})
