"""What is told of incidents and sites at present is what the public lists of them say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.database import Database
from services.chassis.principal import SYSTEM
from services.chassis.unit_of_work import UnitOfWork
from services.reports import city_now
from services.reports.catalogue import Catalogue
from services.reports.city_now_contract import CITY_NOW, WORST
from services.reports.incidents.rules import SEVERITIES
from services.reports.sites import keeping, queries
from services.reports.sites.contract import CLEAN_SITE, LIST_SITES
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.jams import Streets
from tests.integration.reports.test_actions import OFFICER
from tests.integration.reports.test_nearby import Explained
from tests.integration.reports.test_sites import Sites
from tests.unit.city.jam import JAM
from tests.unit.city.test_sites import written
from tests.unit.city.tiny import change

NORTH, SOUTH, OUT = "99.01.01", "99.01.02", ""
MIDDLES = {NORTH: (-3.1, 120.1), SOUTH: (-3.16, 120.12), OUT: (5.0, 100.0)}


class City:
    """A city in which jams are incidents and potholes come back."""

    def __init__(self, desk: Streets) -> None:
        self.desk = desk
        self.sites = Sites(desk)

    def now(self) -> dict[str, Any]:
        """By kecamatan; under "*" of all."""
        self.sites.take_in()
        told = self.desk.ask(CITY_NOW, city_now.city_now, {})
        return {one["code"]: one for one in told["districts"]} | {"*": told["total"]}

    def jam(self, district: str, north: int, how: str) -> str:
        """Report one in a kecamatan."""
        made = self.desk.submit(
            category="jam", attributes={"how": how}, **place(district, north * 0.004)
        )
        return str(made["incident"])

    def hole(self, district: str, north: int, size: str = "small") -> None:
        """Report one."""
        self.desk.submit(attributes={"size": size}, **place(district, north * 0.001))

    def site(self, **asked: Any) -> list[dict[str, Any]]:
        """The public list."""
        return list(self.sites.ask(LIST_SITES, **asked)["items"])


def place(district: str, north: float) -> dict[str, Any]:
    """Some degrees north of the middle of a kecamatan."""
    lat, long = MIDDLES[district]
    return {"lat": lat + north, "long": long}


@pytest.fixture
def city(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[City]:
    """With an empty database."""
    pack = written(tmp_path / "tiny")
    change(pack, "categories.yaml", "categories:\n", JAM)
    url = make_database("reports")[0]
    database = Database(url, size=4)
    found = City(Streets(Caller(database), Catalogue.load(pack).trusting, url))
    with database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM), clock=found.desk.caller.clock)
        keeping.note_categories(work, found.desk.city)
        work.commit()
    yield found
    database.close()


def district(one: dict[str, Any]) -> str:
    return (one["area"] or "").rpartition(".")[0]


def check(city: City) -> None:
    told = city.now()
    live = [one["properties"] for one in city.desk.listed()]
    lying = [one for one in city.site(limit=100) if one["state"] == "open"]
    for code, line in told.items():
        mine = [one for one in live if code in ("*", district(one))]
        assert {one["category"]: one["incidents"] for one in line["incidents"]} == Counter(
            one["category"] for one in mine
        )
        bad = [(SEVERITIES.index(one["severity"]), one["reports"], one["id"]) for one in mine]
        worst = [one[-1] for one in sorted(bad, reverse=True)[:WORST]]
        assert [one["id"] for one in line["worst_incidents"]] == worst
        here = [(one["score"], one["id"]) for one in lying if code in ("*", district(one))]
        assert [one["id"] for one in line["worst_sites"]] == [
            one[-1] for one in sorted(here, reverse=True)[:WORST]
        ]


def test_it_is_what_the_lists_say(city: City) -> None:
    """Whatever is reported, cleaned, or passes by."""
    random = Random(3)
    for step in range(60):
        where, north = random.choice((NORTH, SOUTH)), random.choice(range(5))
        chance = random.random()
        if chance < 0.4:
            city.jam(where, north, random.choice(("slow", "standing")))
        elif chance < 0.8:
            city.hole(where, north, random.choice(("small", "large")))
        elif chance < 0.9 and (known := city.site(agency="ROADS")):
            site = random.choice(known)["id"]
            city.sites.ask(CLEAN_SITE, OFFICER, id=site, note="x")
        else:
            city.desk.caller.clock.move(timedelta(minutes=random.choice((3, 20))))
        if step % 10 == 9:
            check(city)


def test_what_is_told_of_each(city: City) -> None:
    jam = city.jam(SOUTH, 0, "standing")
    city.hole(NORTH, 0, "large")
    told = city.now()
    assert told["*"]["incidents"] == [{"category": "jam", "category_name": "Macet", "incidents": 1}]
    assert told[NORTH]["incidents"] == [] and told[SOUTH]["worst_sites"] == []
    (incident,) = told[SOUTH]["worst_incidents"]
    assert incident == told["*"]["worst_incidents"][0]
    assert (incident["id"], incident["severity"], incident["area_name"]) == (jam, "major", "Tiga")
    (site,) = told[NORTH]["worst_sites"]
    assert (site["category_name"], site["score"], site["recurrences"]) == ("Lubang", 11, 0)
    assert (site["area_name"], site["reports"]) == ("Satu", 1)


def test_an_incident_of_no_area_is_outside_the_city(city: City) -> None:
    city.jam(OUT, 0, "slow")
    assert len(city.now()[OUT]["worst_incidents"]) == 1


def test_over_is_over_before_anybody_has_noticed(city: City) -> None:
    city.jam(NORTH, 0, "slow")
    city.desk.caller.clock.move(timedelta(minutes=30))
    assert city.now()["*"]["incidents"] == []


def test_the_worst_sites_come_from_the_index_in_order(city: City) -> None:
    with city.desk.caller.database.session() as session:
        work = Explained(session, transaction=False)
        session.execute("SET enable_seqscan = off")
        plan = " ".join(row["QUERY PLAN"] for row in queries.worst_open(work, [NORTH], WORST))
    assert "site_worst_open" in plan and "Sort" not in plan
