"""What happens in the city at present, by kecamatan.

Today's reports and answers, what is open, which incidents live, and where garbage lies worst.

Reports are read from sums that are kept as they change, sites from an index in order, and incidents
are few that live. So it takes as long however many reports there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from services.chassis.database import Row
from services.chassis.text import Language
from services.chassis.unit_of_work import UnitOfWork
from services.reports import day_queries, suppression
from services.reports.catalogue import Catalogue
from services.reports.city_now_contract import WORST
from services.reports.incidents import queries as incident_queries
from services.reports.incidents.rules import SEVERITIES
from services.reports.sites import queries as site_queries
from services.reports.statistics import OUTSIDE
from services.reports.suppression import ALL, FEWEST

OUT = ""
_COUNT = "count"
_OF_THE_READ = ("alike", "nr", "place")


def city_now(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The whole city, and each kecamatan."""
    local = city.local_time(work.clock.now())
    zone = city.city.timezone.key
    today = day_queries.day(work, local.date(), zone)
    opened = day_queries.open_now(work)
    live = incident_queries.present(work, work.clock.now(), WORST)
    names = _names(city, work.call.language, [*today, *opened, *live])
    told = _told(today, opened, [*names])
    worst = site_queries.worst_open(work, names, WORST)
    for code in told:
        told[code] |= _places(_of(live, code), _of(worst, code), city, work.call.language)
    districts = [{"code": code, "name": name} | told[code] for code, name in names.items()]
    since = datetime.combine(local.date(), time.min, city.city.timezone)
    return {"since": since, "total": told[ALL], "districts": districts}


def _names(city: Catalogue, language: Language, rows: list[Row]) -> dict[str, str]:
    """Of all kecamatan, also of one that the pack does not have any more."""
    known = city.city.areas.districts | {OUT: OUTSIDE.in_language(language)}
    used = sorted({_district(row) for row in rows} - {*known})
    return known | {code: code for code in used}


def _told(today: list[Row], opened: list[Row], codes: list[str]) -> dict[str, dict[str, Any]]:
    new, still_open = _shown(today, "came", codes), _shown(opened, "reports", codes)
    answered, kept = _sums(today, "answered"), _sums(today, "kept")
    return {
        code: {
            "new": new[code],
            "open": still_open[code],
            "kept_percent": round(100 * kept[code] / answered[code])
            if answered[code] >= FEWEST
            else None,
        }
        for code in [*codes, ALL]
    }


def _shown(rows: list[Row], column: str, codes: list[str]) -> dict[str, int | None]:
    """The counts of a column by kecamatan, without small ones and what would tell them."""
    sums = _sums(rows, column)
    found = suppression.shown(
        {code: {_COUNT: sums[code], ALL: sums[code]} for code in [*codes, ALL]}
    )
    return {code: counts[ALL] for code, counts in found.items()}


def _sums(rows: list[Row], column: str) -> Counter[str]:
    """By kecamatan, and of all."""
    found: Counter[str] = Counter()
    for row in rows:
        found[_district(row)] += row[column]
        found[ALL] += row[column]
    return found


def _places(
    live: list[Row], sites: list[Row], city: Catalogue, language: Language
) -> dict[str, Any]:
    """What is told of the incidents and sites of a kecamatan, or of all; live: as it is read."""
    incidents = [row for row in live if row["place"] <= WORST]
    return {
        "incidents": _counts(live, city, language),
        "worst_incidents": _first(incidents, _severity, city, language),
        "worst_sites": _first(sites, _score, city, language),
    }


def _counts(live: list[Row], city: Catalogue, language: Language) -> list[dict[str, Any]]:
    found: Counter[str] = Counter()
    for row in live:
        found[row["category"]] += row["alike"] if row["nr"] == 1 else 0
    return [
        {
            "category": code,
            "category_name": city.category_name(code).in_language(language),
            "incidents": count,
        }
        for code, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    ]


def _first(
    rows: list[Row], weight: Callable[[Row], Any], city: Catalogue, language: Language
) -> list[dict[str, Any]]:
    """The worst of those that are the worst of some kecamatan."""
    return [
        {name: value for name, value in row.items() if name not in _OF_THE_READ}
        | {"area_name": city.names(row["area"], "", language)["area_name"]}
        | {"category_name": city.category_name(row["category"]).in_language(language)}
        for row in sorted(rows, key=weight, reverse=True)[:WORST]
    ]


def _severity(row: Row) -> tuple[Any, ...]:
    return SEVERITIES.index(row["severity"]), row["reports"], row["id"]


def _score(row: Row) -> tuple[Any, ...]:
    return row["score"], row["id"]


def _of(rows: list[Row], code: str) -> list[Row]:
    return rows if code == ALL else [row for row in rows if _district(row) == code]


def _district(row: Row) -> str:
    return (row["area"] or "").rpartition(".")[0]
