"""What became of a synthetic report in the streets: an incident that nobody else saw, long over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.database import Row
from services.reports.city import Category
from services.reports.incidents.hours import fields_of, hours_of
from services.reports.incidents.joining import Cell, Grid
from services.reports.incidents.rules import IncidentRules

INCIDENT = (
    "id", "version", "category", "agency", "area", "direction", "severity", "cause", "reports",
    "began_at", "seen_at", "expires_at", "ended_at", "ended_by", "lat", "long", "line",
    "created_at", "updated_at",
)  # fmt: skip
MEMBER = ("report_id", "incident_id", "at", "y", "x", "direction", "voice")
HOUR = ("month", "category", "hour", "y", "x", "direction", "minutes")
# began, and ended
_VERSION = 2


@dataclass(frozen=True)
class Past:
    """The rows of an incident that is over: itself, its one report, and its hours."""

    incident: list[Any]
    member: list[Any]
    hours: list[list[Any]]


def past(report: Row, category: Category, end: datetime, zone: ZoneInfo) -> Past | None:
    """What a report led to; None if to nothing, or if that would still live at `end`."""
    rules, radius = category.incident, category.duplicate_radius_m
    if rules is None or not radius or report["visibility"] == "secret":
        return None
    began = report["created_at"]
    ended = began + rules.lifetime
    if ended > end or report["state"] == "rejected":
        return None
    grid = Grid(radius)
    cell = grid.cell(report["lat"], report["long"])
    place = grid.middle(cell)
    direction = rules.direction_of(report["attributes"])
    return Past(
        _incident(report, rules, ended, place, direction),
        _member(report, cell, direction),
        list(_hours(report, (began.astimezone(zone), ended.astimezone(zone)), place, direction)),
    )


def _incident(
    report: Row,
    rules: IncidentRules,
    ended: datetime,
    place: tuple[float, float],
    direction: str | None,
) -> list[Any]:
    answers, began = report["attributes"], report["created_at"]
    severity = rules.severity_of(answers) or rules.severity.otherwise
    what = [report["id"], _VERSION, report["category"], report["agency"], report["area"]]
    how = [direction, severity, rules.cause_of(answers), 1]
    when = [began, began, ended, ended, "expired"]
    return [*what, *how, *when, *place, [list(place)], began, ended]


def _member(report: Row, cell: Cell, direction: str | None) -> list[Any]:
    who = [report["id"], report["id"], report["created_at"]]
    return [*who, cell.y, cell.x, direction or "", ""]


def _hours(
    report: Row,
    life: tuple[datetime, datetime],
    place: tuple[float, float],
    direction: str | None,
) -> Iterator[list[Any]]:
    (field,) = fields_of([place])
    for hour in hours_of(*life):
        when = [hour.month.isoformat(), report["category"], hour.hour]
        yield [*when, field.y, field.x, direction or "", hour.minutes]
