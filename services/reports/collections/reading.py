"""The rounds of a kelurahan, as people read them."""

from __future__ import annotations

from typing import Any

from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.collections import schedule
from services.reports.collections.contract import NEXT_DAYS, WEEKDAYS
from services.reports.collections.pack import Round


def list_collections(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """What is collected there, and when. Raises Invalid for an unknown kelurahan."""
    area = city.area_named(body["area"], None)
    rounds = city.collections.of(area.code, area.district_code)
    return {
        "area": area.code,
        "area_name": area.name,
        "missed": city.collections.missed,
        "items": [_shown(work, one, city) for one in rounds],
        "next": None,
    }


def _shown(work: UnitOfWork, one: Round, city: Catalogue) -> dict[str, Any]:
    now = work.clock.now()
    last = schedule.last_day(one, city.city, now)
    return {
        "code": one.code,
        "waste": one.waste.in_language(work.call.language),
        "days": [WEEKDAYS[day] for day in sorted(one.days)],
        "start": one.start.isoformat("minutes"),
        "end": one.end.isoformat("minutes"),
        "on_holidays": one.on_holidays,
        "last": last and last.isoformat(),
        "next": [day.isoformat() for day in schedule.next_days(one, city.city, now, NEXT_DAYS)],
    }
