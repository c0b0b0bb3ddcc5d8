"""What happens in the city at present: today's reports and answers, and what is open, by kecamatan.

All of it is read from sums that are kept as reports change, so it takes as long however many there
are.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import Any

from services.chassis.database import Row
from services.chassis.text import Language
from services.chassis.unit_of_work import UnitOfWork
from services.reports import day_queries, suppression
from services.reports.catalogue import Catalogue
from services.reports.statistics import OUTSIDE
from services.reports.suppression import ALL, FEWEST

OUT = ""
_COUNT = "count"


def city_now(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The whole city, and each kecamatan."""
    local = city.local_time(work.clock.now())
    zone = city.city.timezone.key
    today = day_queries.day(work, local.date(), zone)
    opened = day_queries.open_now(work)
    names = _names(city, work.call.language, [*today, *opened])
    told = _told(today, opened, [*names])
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


def _district(row: Row) -> str:
    return str(row["area"]).rpartition(".")[0]
