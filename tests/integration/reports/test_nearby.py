"""What is near: the same as looking at every report, whatever the places are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from services.chassis.city.areas import distance_km
from services.chassis.database import Params, Row
from services.chassis.errors import Invalid
from services.chassis.principal import GUEST, Principal
from services.chassis.unit_of_work import UnitOfWork
from services.reports import nearby, nearby_queries
from services.reports.contract import FIND_NEARBY
from services.reports.nearby_contract import MOST_NEAR
from tests.integration.reports.conftest import INSIDE, Desk
from tests.integration.reports.test_actions import ANNA, OFFICER, SUPERVISOR, do, life


class Explained(UnitOfWork):
    """Answers with the plan of what it is asked for."""

    def all(self, sql: str, params: Params | None = None) -> list[Row]:
        return super().all(f"EXPLAIN {sql}", params)


# 0.0001 degrees of latitude are 11 m; potholes are the same within 30 m
STEP = 0.0001
_MANY = """
INSERT INTO report (id, number, version, state, category, description, lat, long, visibility,
  attributes, agency, created_at, updated_at)
SELECT gen_random_uuid(), n, 1, 'submitted', 'pothole', 'x', lat, long, 'public', '{}', 'ROADS',
  now(), now()
FROM unnest(%(numbers)s, %(lats)s, %(longs)s) AS made (n, lat, long)"""


def near(desk: Desk, by: Principal = GUEST, **asked: Any) -> list[dict[str, Any]]:
    body = {"category": "pothole", **INSIDE} | asked
    return list(
        desk.caller.ask(FIND_NEARBY, lambda w, b: nearby.find_nearby(w, b, desk.city), body, by=by)[
            "items"
        ]
    )


def at(steps: int) -> dict[str, Any]:
    return {"lat": INSIDE["lat"] + steps * STEP, "long": INSIDE["long"]}


def test_the_nearest_stands_first_with_its_distance(desk: Desk) -> None:
    far, close, here = (str(desk.submit(ANNA, **at(steps))["id"]) for steps in (2, -1, 0))
    desk.submit(ANNA, **at(3))
    found = near(desk)
    assert [item["id"] for item in found] == [here, close, far]
    assert [round(item["distance_m"]) for item in found] == [0, 11, 22]
    assert all("reporter" not in item and item["created_at"] for item in near(desk, OFFICER))


def test_only_what_is_open_public_and_of_the_category(desk: Desk) -> None:
    seen = life(desk, ("assign", OFFICER), ("hold", OFFICER))
    anonymous = str(desk.submit(ANNA, visibility="anonymous")["id"])
    for steps in (("assign", "resolve"), ("reject",)):
        life(desk, *((name, OFFICER) for name in steps))
    do(desk, "hide", life(desk), SUPERVISOR)
    desk.submit(ANNA, visibility="secret")
    desk.submit(category="noise", attributes={"since": "2026-06-01T00:00:00+08:00"})
    vague = str(desk.submit(ANNA)["id"])
    with desk.caller.database.session() as session:
        session.execute(
            session.render("UPDATE report SET approximate = true WHERE id = %(id)s", {"id": vague})
        )
    for by in (GUEST, ANNA, OFFICER):
        assert {item["id"] for item in near(desk, by)} == {seen, anonymous}


def test_a_category_of_which_nothing_is_the_same(desk: Desk) -> None:
    pothole = desk.city.categories.by_code["pothole"]
    never = replace(pothole, duplicate_radius_m=0)
    city = replace(desk.city, categories=replace(desk.city.categories, by_code={"pothole": never}))
    desk.submit(ANNA)
    body = {"category": "pothole", **INSIDE}
    found = desk.caller.ask(FIND_NEARBY, lambda w, b: nearby.find_nearby(w, b, city), body)
    assert found == {"items": [], "next": None, "radius_m": 0}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"category": "nothing"}, "category"),
        ({"lat": "90.1"}, "lat"),
        ({"lat": "1e1"}, "lat"),
        ({"long": "nan"}, "long"),
        ({"long": ""}, "long"),
    ],
)
def test_what_cannot_be_looked_for(desk: Desk, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        near(desk, **wrong)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.fixture
def crowd(desk: Desk) -> Iterator[Callable[[list[tuple[float, float]]], None]]:
    """Fills the table with potholes at those places."""

    def fill(places: list[tuple[float, float]]) -> None:
        lats, longs = zip(*places, strict=True)
        values = {
            "numbers": [f"N-{n}" for n in range(len(places))],
            "lats": list(lats),
            "longs": list(longs),
        }
        with desk.caller.database.session() as session:
            session.execute(session.render(_MANY, values))

    yield fill


@pytest.mark.parametrize("centre", [(-3.1, 120.1), (0.0, 0.0), (64.1, -21.9), (-89.99, 10.0)])
def test_the_same_as_looking_at_all(
    desk: Desk, crowd: Callable[[list[tuple[float, float]]], None], centre: tuple[float, float]
) -> None:
    random = Random(f"{centre}")
    lat, long = centre
    stretch = 1 if abs(lat) < 80 else 500
    spread = 0.004

    def place() -> tuple[float, float]:
        north = lat + random.uniform(-spread, spread)
        return north, long + random.uniform(-spread, spread) * stretch

    places = [place() for _ in range(400)]
    places += places[:15]  # several at the very same place
    crowd(places)
    for _ in range(15):
        here = place()
        asked = {"lat": here[0], "long": here[1], "category": "pothole"}
        radius = random.choice([30, 120, 700])
        with desk.caller.database.session() as session:
            rows = nearby_queries.near(UnitOfWork(session, transaction=False), asked, radius)
        wanted = sorted(distance_km(*here, *one) * 1_000 for one in places)
        expected = [metres for metres in wanted if metres <= radius][:MOST_NEAR]
        assert [row["distance_m"] for row in rows] == pytest.approx(expected, abs=1e-3)


def test_it_is_read_from_the_index(
    desk: Desk, crowd: Callable[[list[tuple[float, float]]], None]
) -> None:
    random = Random("index")
    crowd([(-3.1 + random.uniform(-1, 1), 120.1 + random.uniform(-1, 1)) for _ in range(500)])
    asked = {"category": "pothole", **INSIDE}
    with desk.caller.database.session() as session:
        session.execute("ANALYZE report")
        work = Explained(session, transaction=False)
        plan = "\n".join(str(row) for row in nearby_queries.near(work, asked, 30))
    assert "report_nearby" in plan, plan
