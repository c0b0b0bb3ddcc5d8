"""Public reports of a year, counted by agency, area, category or month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.chassis.database import Row
from services.chassis.text import Language, Text
from services.chassis.unit_of_work import UnitOfWork
from services.reports import sum_queries, suppression
from services.reports.catalogue import Catalogue
from services.reports.lifecycle import State
from services.reports.suppression import ALL, FEWEST

_STATES = tuple(state.value for state in State)
_ANSWERED = (State.RESOLVED.value, State.CLOSED.value)
OUTSIDE = Text("Outside the city", id="Di luar kota")
_DECIMALS = 2

Shown = Mapping[str, int | None]


@dataclass
class Tally:
    """What was counted of one group: by state, the rows of sums and of medians."""

    sums: dict[str, Row] = field(default_factory=dict)
    medians: dict[str, Row] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many are in each state, and in ALL."""
        found = dict.fromkeys(_STATES, 0)
        found |= {state: row["reports"] for state, row in self.sums.items()}
        return found | {ALL: sum(found.values())}

    def measures(self, shown: Shown) -> dict[str, Any]:
        """As it is told. shown: what of the counts is."""
        answered, ratings = self._sum(_ANSWERED, "reports"), self._sum(_STATES, "ratings")
        kept, stars = self._sum(_ANSWERED, "kept"), self._sum(_STATES, "stars")
        return {
            "reports": shown[ALL],
            "states": [self._state(state, shown) for state in _STATES],
            "kept_percent": round(100 * kept / answered) if answered >= FEWEST else None,
            "rating": round(stars / ratings, _DECIMALS) if ratings >= FEWEST else None,
        }

    def _state(self, state: str, shown: Shown) -> dict[str, Any]:
        median = self.medians.get(state)
        hours = median["hours"] if median and median["stays"] >= FEWEST else None
        return {"state": state, "reports": shown[state], "median_hours": hours}

    def _sum(self, states: Iterable[str], column: str) -> int:
        return sum(self.sums[state][column] for state in states if state in self.sums)


def report_statistics(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Counts, medians, service levels and ratings of a year's reports."""
    year, by = year_asked(work, body, city), body["by"]
    tallies = tallied(work, year, by, city)
    shown = suppression.shown({code: tally.counts() for code, tally in tallies.items()})
    told = {code: tally.measures(shown[code]) for code, tally in tallies.items()}
    total, names = told.pop(ALL), _names(by, city, work.call.language)
    items = [
        {"code": code, "name": names.get(code, code)} | measures
        for code, measures in sorted(told.items())
    ]
    return {"year": year, "by": by, "total": total, "items": items, "next": None}


def year_asked(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> int:
    """The year that is asked for; else the present one on the city's clocks."""
    year: int = body.get("year") or city.local_time(work.clock.now()).year
    return year


def tallied(work: UnitOfWork, year: int, by: str, city: Catalogue) -> dict[str, Tally]:
    """What was counted of each group that has a report, by its code, and of ALL."""
    zone, found = city.city.timezone.key, {ALL: Tally()}
    for row in sum_queries.sums(work, year, by, zone):
        found.setdefault(_group(row), Tally()).sums[row["state"]] = row
    for row in sum_queries.medians(work, year, by, zone):
        # an agency that has passed everything on had reports, and has none
        if _group(row) in found:
            found[_group(row)].medians[row["state"]] = row
    return found


def _group(row: Row) -> str:
    return ALL if row["dimension"] == sum_queries.TOTAL else str(row["code"])


def _names(by: str, city: Catalogue, language: Language) -> dict[str, str]:
    if by == "agency":
        return {code: one.name.in_language(language) for code, one in city.city.agencies.items()}
    if by == "category":
        known = city.categories.by_code
        return {code: one.name.in_language(language) for code, one in known.items()}
    areas = {area.code: area.name for area in city.city.areas} if by == "area" else {}
    return areas | {"": OUTSIDE.in_language(language)}
