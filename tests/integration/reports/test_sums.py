"""Sums, clusters and heat are those of a count of all reports, after whatever happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.errors import DomainError, Invalid
from services.chassis.fields import Schema
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import maps, sum_queries, sum_repository
from services.reports import statistics as counting
from services.reports.lifecycle import OPEN, states
from services.reports.statistics_contract import (
    CLUSTERS,
    DIMENSIONS,
    HEAT,
    STATISTICS,
    Cluster,
    Counted,
    Group,
    HeatArea,
)
from services.reports.stays import told_hours
from services.reports.suppression import ALL, FEWEST
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ADMIN, ANNA, do

YEAR, ZONE = 2026, "Asia/Makassar"
CITY = "120.0,-3.3,120.3,-3.0"
PEOPLE = [
    Principal(f"{role}-{agency}", role, agency)
    for agency in ("ROADS", "HALL")
    for role in (Role.OFFICER, Role.SUPERVISOR)
]
MOVES = (
    "verify", "assign", "start", "hold", "resolve", "reject", "forward", "refer", "reopen", "close",
    "rate", "comment", "hide",
)  # fmt: skip


def fold(desk: Desk, batch: int) -> None:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session)
        sum_repository.fold(work, ZONE, batch)
        work.commit()


def ask(desk: Desk, operation: Any, command: Any, **asked: Any) -> Any:
    return desk.caller.ask(operation, lambda work, body: command(work, body, desk.city), asked)


def clusters(desk: Desk, **asked: Any) -> Any:
    return ask(desk, CLUSTERS, maps.report_clusters, **{"bbox": CITY} | asked)


def act(desk: Desk, random: Random, reports: list[str]) -> None:
    """One thing that somebody does; most of it is possible only sometimes."""
    chance = random.random()
    if chance < 0.2 or not reports:
        place: dict[str, Any] = {
            "lat": -3.1 - random.random() / 16,
            "long": 120.1 + random.random() / 50,
        }
        visibility = random.choice(("public", "anonymous", "secret"))
        made = desk.submit(ANNA, visibility=visibility, **place)
        reports.append(made["id"])
    elif chance < 0.3:
        desk.caller.clock.move(timedelta(hours=random.choice((1, 5, 30, 200))))
        desk.ring()
    elif chance < 0.4:
        fold(desk, random.choice((1, 7, 100)))
    else:
        who = random.choice([*PEOPLE, *PEOPLE, ANNA, ADMIN])
        name = random.choice(MOVES)
        more = {"score": random.randint(1, 5)} if name == "rate" else {}
        with suppress(DomainError):
            do(desk, name, random.choice(reports), who, **more)


def groups_of(report: Row) -> dict[str, str]:
    month = report["created_at"].astimezone(ZoneInfo(ZONE)).strftime("%Y-%m")
    return {"agency": report["agency"], "area": report["area"] or "",
            "category": report["category"], "month": month}  # fmt: skip


def counted(desk: Desk, by: str, year: int) -> tuple[Counter[Any], dict[Any, list[int]]]:
    """(how many reports are in each state of each group, the hours that states lasted)."""
    counts: Counter[Any] = Counter()
    stays: dict[Any, list[int]] = defaultdict(list)
    for report in desk.caller.rows("SELECT * FROM report WHERE visibility <> 'secret'"):
        groups = groups_of(report)
        if not groups["month"].startswith(f"{year}-"):
            continue
        for code in (groups[by], ALL):
            counts[(code, report["state"])] += 1
        for state, agency, hours in lived(desk, report):
            group = agency if by == "agency" else groups[by]
            for code in (group, ALL):
                stays[(code, state)].append(hours)
    return counts, stays


def lived(desk: Desk, report: Row) -> list[tuple[str, str, int]]:
    """(state, agency, hours) of what it went through, by its history alone."""
    rows = desk.caller.rows(
        "SELECT action, data, at FROM report_history WHERE report_id = %(id)s ORDER BY version",
        {"id": report["id"]},
    )
    found, agency = [], first_agency(desk, report)
    since: datetime = rows[0]["at"]
    was = "submitted"
    for row, state in zip(rows, states((row["action"], row["data"]) for row in rows), strict=True):
        if state != was:
            found.append((was, agency, told_hours(since, row["at"])))
            was, since = state.value, row["at"]
        if row["action"] in ("assign", "forward"):
            agency = row["data"]["agency"]
    return found


def first_agency(desk: Desk, report: Row) -> str:
    category = desk.city.category(report["category"])
    return desk.city.place(category, report["lat"], report["long"])[1]


def check(desk: Desk) -> None:
    """Everything that is told, against a count of everything."""
    for by in DIMENSIONS:
        check_tallies(desk, by)
    check_what_is_shown(desk)
    listed = desk.page(GUEST, limit=100)["items"]
    for zoom in (0, 9, 12, 14):
        assert clusters(desk, zoom=zoom)["reports"] == len(listed), zoom
        still = clusters(desk, zoom=zoom, open=True)["reports"]
        assert still == sum(item["state"] in OPEN for item in listed)


def check_tallies(desk: Desk, by: str, year: int = YEAR) -> None:
    """The reports of a year."""
    counts, stays = counted(desk, by, year)
    with desk.caller.database.session() as session:
        tallies = counting.tallied(UnitOfWork(session, transaction=False), year, by, desk.city)
    told = Counter(
        {(code, state): n for code, one in tallies.items() for state, n in one.counts().items()}
    )
    assert +told == counts + Counter({(code, ALL): 0 for code in tallies}) + Counter(
        {(code, ALL): sum(n for key, n in counts.items() if key[0] == code) for code in tallies}
    )
    medians = {
        (code, state): (row["hours"], row["stays"])
        for code, one in tallies.items()
        for state, row in one.medians.items()
    }
    assert medians == {
        key: (sorted(each)[(len(each) - 1) // 2], len(each))
        for key, each in stays.items()
        if key[0] in tallies
    }, by


def check_form(schema: type[Schema], *made: Any) -> None:
    """What is said to be ready is."""
    for one in made:
        assert jsontext.digest(schema().dump(one)) == jsontext.digest(one)


def check_what_is_shown(desk: Desk) -> None:
    shown = ask(desk, STATISTICS, counting.report_statistics, by="area")
    check_form(Group, *shown["items"])
    check_form(Counted, shown["total"])
    for group in (shown["total"], *shown["items"]):
        numbers = [group["reports"], *(state["reports"] for state in group["states"])]
        assert all(number is None or number >= FEWEST for number in numbers)
    check_form(Cluster, *clusters(desk, zoom=14)["features"])
    heat = ask(desk, HEAT, maps.report_heat)
    check_form(HeatArea, *heat["features"])
    by_area = {item["code"]: item["reports"] for item in shown["items"]}
    for feature in heat["features"]:
        assert feature["properties"]["reports"] == by_area.get(feature["id"])


@pytest.mark.parametrize("seed", range(2))
def test_after_anything_that_happened(desk: Desk, seed: int) -> None:
    random, reports = Random(seed), list[str]()
    for step in range(120):
        act(desk, random, reports)
        if step % 40 == 39:
            check(desk)
    fold(desk, 10_000)
    check(desk)
    left = "SELECT (SELECT count(*) FROM report_change) + (SELECT count(*) FROM report_stay_change)"
    assert desk.caller.rows(f"{left} AS n")[0]["n"] == 0


def test_clusters_lie_where_their_reports_do(desk: Desk) -> None:
    near = [(-3.10, 120.10), (-3.1001, 120.1001)]
    for lat, long in (*near, (-3.16, 120.12)):
        desk.submit(lat=lat, long=long)
    fine = clusters(desk, zoom=14)
    assert sorted(one["properties"]["reports"] for one in fine["features"]) == [1, 2]
    for one in fine["features"]:
        long, lat = one["geometry"]["coordinates"]
        west, south, east, north = one["bbox"]
        assert west <= long <= east and south <= lat <= north
        box = ",".join(map(str, one["bbox"]))
        assert len(desk.ids(bbox=box)) == one["properties"]["reports"]
    (both,) = [one for one in fine["features"] if one["properties"]["reports"] == 2]
    assert both["geometry"]["coordinates"] == pytest.approx([120.10005, -3.10005], abs=1e-6)
    (one,) = clusters(desk, zoom=0)["features"]
    assert one["properties"]["reports"] == 3
    assert clusters(desk, zoom=14, bbox="0,0,0.01,0.01")["features"] == []


@pytest.mark.parametrize("zoom", [15, 22])
def test_too_many_cells_are_refused_with_what_would_do(desk: Desk, zoom: int) -> None:
    with pytest.raises(Invalid) as refused:
        clusters(desk, zoom=zoom, bbox="100,-10,120,0")
    (error,) = refused.value.errors
    assert error.field == "zoom"
    fits = int(str(error.message).split("ask for zoom ")[1].split()[0])
    clusters(desk, zoom=fits, bbox="100,-10,120,0")
    with pytest.raises(Invalid):
        clusters(desk, zoom=fits + 1, bbox="100,-10,120,0")


def test_the_edges_of_the_earth_belong_to_it(desk: Desk) -> None:
    for zoom in range(4):
        assert clusters(desk, zoom=zoom, bbox="-180,-90,180,90")["features"] == []
    assert max(sum_queries.LEVELS) == 20


def test_a_secret_report_moves_no_number(desk: Desk) -> None:
    for _ in range(FEWEST):
        desk.submit()
    before = [ask(desk, STATISTICS, counting.report_statistics, by=by) for by in DIMENSIONS]
    maps_before = clusters(desk, zoom=10)
    desk.submit(visibility="secret")
    assert [ask(desk, STATISTICS, counting.report_statistics, by=by) for by in DIMENSIONS] == before
    assert clusters(desk, zoom=10) == maps_before
    assert before[0]["total"]["reports"] == FEWEST


def test_two_processes_sum_once(desk: Desk) -> None:
    for _ in range(FEWEST):
        desk.submit()
    with desk.caller.database.session() as first, desk.caller.database.session() as second:
        one, other = UnitOfWork(first), UnitOfWork(second)
        assert not sum_repository.fold(one, ZONE)
        assert not sum_repository.fold(other, ZONE)
        other.commit()
        one.commit()
    summed = desk.caller.rows("SELECT sum(reports) AS n FROM report_sum WHERE dimension = 'total'")
    assert summed[0]["n"] == FEWEST
