"""Reminding people of collections: once for each kelurahan and day, the evening before.

From the hour that the city pack says until the first round of the day begins, whoever comes first
tells of it. That a kelurahan was reminded is written with the event that says so, so however many
look, however often, and whoever dies in between: it is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from services.chassis import jsontext
from services.chassis.city import Area, City
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.collections import reminder_repository as repository
from services.reports.collections import schedule
from services.reports.collections.contract import COLLECTION_COMING
from services.reports.collections.pack import Collections, Round

BATCH = 100
KEPT = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Coming:
    """What is collected in a kelurahan on a day, and when the first of it begins."""

    area: str
    day: date
    rounds: tuple[Round, ...]
    begins_at: datetime


def coming(collections: Collections, city: City, now: datetime) -> list[Coming]:
    """Of what people are to be reminded at that moment, if nobody did."""
    local = now.astimezone(city.timezone)
    found = []
    for day in (local.date(), local.date() + _DAY):
        evening = datetime.combine(day - _DAY, time(collections.remind_hour), city.timezone)
        if evening <= now:
            found += [one for one in _on(collections, city, day) if now < one.begins_at]
    return found


def remind(work: UnitOfWork, city: Catalogue) -> bool:
    """Tell of some that nobody told of; whether there may be more. The caller commits."""
    wanted = {(one.area, one.day): one for one in coming(city.collections, city.city,
                                                         work.clock.now())}  # fmt: skip
    if not wanted:
        return False
    left = repository.untold(work, list(wanted))
    for told in repository.claim(work, left[:BATCH]):
        one = wanted[told]
        work.emit(COLLECTION_COMING, one.area, one.day.toordinal(), _announced(one))
    repository.forget(work, work.clock.now() - KEPT)
    return len(left) > BATCH


def _on(collections: Collections, city: City, day: date) -> Iterator[Coming]:
    for area in city.areas:
        rounds = _rounds(collections, city, area, day)
        if rounds:
            first = min(rounds, key=lambda one: one.start)
            yield Coming(area.code, day, rounds, schedule.between(first, city, day)[0])


def _rounds(collections: Collections, city: City, area: Area, day: date) -> tuple[Round, ...]:
    known = collections.of(area.code, area.district_code)
    return tuple(one for one in known if schedule.comes_on(one, city, day))


def _announced(one: Coming) -> dict[str, Any]:
    return {
        "area": one.area,
        "day": one.day.isoformat(),
        "begins_at": jsontext.rfc3339(one.begins_at),
        "rounds": [
            {
                "code": round.code,
                "waste": round.waste.data(),
                "start": round.start.isoformat("minutes"),
                "end": round.end.isoformat("minutes"),
            }
            for round in one.rounds
        ],
    }
