"""Each kelurahan is told once of each day's collections, whoever looks, and whoever dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.chassis.call import own_call
from services.chassis.database import Database
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.collections import reminding, schedule
from services.reports.collections.pack import FILE
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.unit.city.test_collections import ROUNDS
from tests.unit.city.tiny import write_pack

HOUR = timedelta(hours=1)
NORTH = "99.01.01.1001"


class Schedule:
    """A city whose garbage is collected."""

    def __init__(self, caller: Caller, city: Catalogue) -> None:
        self.caller, self.city = caller, city

    def look(self, *, dies: bool = False) -> bool:
        """One look; dies: before it is committed."""
        with self.caller.database.session() as session:
            work = UnitOfWork(session, call=own_call(), clock=self.caller.clock)
            more = reminding.remind(work, self.city)
            if not dies:
                work.commit()
        return more

    def told(self) -> Counter[tuple[str, str]]:
        """How often of which kelurahan and day."""
        rows = self.caller.rows(
            "SELECT body::json->'data' AS data FROM chassis.outbox WHERE type LIKE %(like)s",
            {"like": "%collection.coming%"},
        )
        return Counter((row["data"]["area"], row["data"]["day"]) for row in rows)

    def expected(self, since: date, days: int) -> set[tuple[str, str]]:
        """Of which one has to be told."""
        found = set[tuple[str, str]]()
        for day in (since + timedelta(days=n) for n in range(days)):
            for area in self.city.city.areas:
                rounds = self.city.collections.of(area.code, area.district_code)
                if any(schedule.comes_on(one, self.city.city, day) for one in rounds):
                    found.add((area.code, day.isoformat()))
        return found


@pytest.fixture
def collected(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Schedule]:
    pack = write_pack(tmp_path / "tiny")
    (pack / FILE).write_text(ROUNDS)
    database = Database(make_database("reports")[0], size=4)
    yield Schedule(Caller(database), Catalogue.load(pack))
    database.close()


def midnight(collected: Schedule) -> None:
    """It is the first of June 2026, a Monday, at midnight of the city."""
    collected.caller.clock.at = datetime(2026, 6, 1, tzinfo=collected.city.city.timezone)


def test_once_for_each_day_over_two_weeks(
    collected: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at every hour by several, some of whom die."""
    monkeypatch.setattr(reminding, "BATCH", 1)
    midnight(collected)
    random = Random(1)
    for _ in range(14 * 24):
        for _ in range(random.choice((1, 2, 3))):
            collected.look(dies=random.random() < 0.3)
        collected.caller.clock.move(HOUR)
    told = collected.told()
    assert {*told.values()} == {1}
    assert {*told} == collected.expected(date(2026, 6, 1), 15)


def test_from_the_evening_on_and_not_when_it_has_begun(collected: Schedule) -> None:
    midnight(collected)
    wednesday = collected.caller.clock.at + timedelta(days=2)
    thursday = (NORTH, "2026-06-04")
    for hour, is_told in ((17, False), (18, True)):
        collected.caller.clock.at = wednesday + hour * HOUR
        collected.look()
        assert (thursday in collected.told()) == is_told
    # away from Sunday's evening until six on Monday
    collected.caller.clock.at = wednesday + timedelta(days=5) + 6 * HOUR
    collected.look()
    assert (NORTH, "2026-06-08") not in collected.told()


def test_two_at_once_tell_once(collected: Schedule) -> None:
    """The second has looked before the first wrote, and waits for it."""
    midnight(collected)
    collected.caller.clock.move(timedelta(days=2, hours=19))
    repository: Any = reminding.repository
    first_look = repository.untold

    def beside(work: UnitOfWork, asked: Any) -> Any:
        left = first_look(work, asked)
        repository.untold = first_look
        collected.look()
        return left

    repository.untold = beside
    try:
        collected.look()
    finally:
        repository.untold = first_look
    assert {*collected.told().values()} == {1}
