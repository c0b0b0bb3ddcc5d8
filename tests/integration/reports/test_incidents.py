"""Near reports are one incident, which passes by itself and never comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import NotFound
from tests.integration.reports.conftest import INSIDE
from tests.integration.reports.jams import METRE, Streets, streets
from tests.integration.reports.test_actions import ANNA, BUDI, OFFICER, SUPERVISOR, do
from tests.integration.reports.test_holding import ADVERT
from tests.integration.reports.test_moderation import restore

__all__ = ["streets"]

MINUTE = timedelta(minutes=1)


def test_a_report_begins_an_incident_and_near_ones_join_it(streets: Streets) -> None:
    first = streets.jam(how="standing", towards="north")
    assert first["incident"] == first["id"]
    streets.caller.clock.move(MINUTE)
    second = streets.jam(200, ANNA, towards="north", visibility="anonymous", client="address-2")
    assert second["incident"] == first["id"]
    (feature,) = streets.listed()
    known = feature["properties"]
    assert feature["id"] == first["id"] and known["reports"] == 2 and known["version"] == 2
    assert (known["severity"], known["direction"], known["state"]) == ("major", "north", "live")
    assert known["expires_at"] == "2026-06-01T03:31:00+00:00"
    line = feature["geometry"]
    assert line["type"] == "LineString"
    (_, south), (_, north) = line["coordinates"][0], line["coordinates"][-1]
    assert 150 * METRE < north - south < 250 * METRE
    assert streets.told() == [("opened", first["id"]), ("changed", first["id"])]


def held_jam(streets: Streets) -> str:
    """One that is kept from the public, a kilometre from those that said the same."""
    for _ in range(2):
        streets.jam(by=ANNA, description=ADVERT)
        streets.caller.clock.move(MINUTE)
    held = streets.jam(1_000, ANNA, description=ADVERT, towards="north")
    assert held["suspected"] and "incident" not in held and len(streets.listed()) == 1
    return str(held["id"])


def test_a_held_report_joins_when_it_is_shown(streets: Streets) -> None:
    held = held_jam(streets)
    streets.caller.clock.move(10 * MINUTE)
    restore(streets, held, "report", SUPERVISOR)
    (shown, _) = streets.listed()
    known = shown["properties"]
    assert (shown["id"], known["reports"], known["direction"]) == (held, 1, "north")
    assert known["expires_at"] == "2026-06-01T03:32:00+00:00", "as if it had never been held"
    again = streets.jam(1_000, BUDI, client="address-2")
    assert again["incident"] == held


def test_what_was_held_for_too_long_begins_nothing(streets: Streets) -> None:
    held = held_jam(streets)
    streets.caller.clock.move(30 * MINUTE)
    streets.pass_by()
    restore(streets, held, "report", SUPERVISOR)
    assert streets.listed() == [] and held not in [one for _, one in streets.told()]


def test_the_traffic_goes_where_the_line_goes(streets: Streets) -> None:
    for metres in (0, 200, 400):
        streets.jam(metres, towards="south")
    (feature,) = streets.listed()
    assert feature["geometry"]["coordinates"][0][1] > feature["geometry"]["coordinates"][-1][1]


@pytest.mark.parametrize(
    "other",
    [{"north": 400}, {"towards": "south"}, {"category": "pothole", "attributes": {}}],
    ids=["too far", "the other way", "another category"],
)
def test_what_is_not_near_stays_apart(streets: Streets, other: dict[str, Any]) -> None:
    first = streets.jam(towards="north")
    another = streets.jam(**{"north": 0} | other)
    assert another.get("incident") != first["id"]
    assert len(streets.listed(category="jam")) == (1 if "category" in other else 2)


def test_a_report_between_two_makes_them_one_known_by_the_earlier(streets: Streets) -> None:
    one = streets.jam(0, how="slow")
    streets.caller.clock.move(MINUTE)
    two = streets.jam(400, ANNA, client="address-2")
    streets.jam(420, BUDI, client="address-3")
    assert two["incident"] == two["id"]
    streets.caller.clock.move(MINUTE)
    between = streets.jam(200, client="address-4")
    assert between["incident"] == one["id"]
    whole, part = streets.incident(one["id"]), streets.incident(two["id"])
    assert whole["reports"] == 4 and len(whole["newest_reports"]) == 4
    assert (part["ended_by"], part["merged_into"], part["state"]) == ("merged", one["id"], "ended")
    assert part["geometry"] == whole["geometry"]
    assert streets.told()[-2:] == [("ended", two["id"]), ("changed", one["id"])]
    assert [one["id"] for one in streets.listed()] == [one["id"]]


def test_it_passes_by_itself_and_never_comes_back(streets: Streets) -> None:
    first = streets.jam()
    streets.caller.clock.move(29 * MINUTE)
    assert streets.pass_by() == 0 and len(streets.listed()) == 1
    streets.caller.clock.move(MINUTE)
    # over is over, before anybody has noticed
    assert streets.listed() == []
    late = streets.jam(client="address-2")
    assert late["incident"] == late["id"]
    over = streets.incident(first["id"])
    assert (over["state"], over["ended_by"]) == ("ended", "expired")
    assert over["ended_at"] == "2026-06-01T03:30:00+00:00"
    assert streets.pass_by() == 0
    streets.caller.clock.move(30 * MINUTE)
    assert streets.pass_by() == 1 and streets.pass_by() == 0
    assert streets.told() == [
        ("opened", first["id"]), ("ended", first["id"]), ("opened", late["id"]),
        ("ended", late["id"]),
    ]  # fmt: skip
    for table in ("incident_cell", "incident_voice"):
        assert streets.caller.rows(f"SELECT 1 FROM {table}") == []


def test_secret_reports_and_places_that_are_not_known_are_of_none(streets: Streets) -> None:
    assert "incident" not in streets.jam(by=ANNA, visibility="secret")
    assert streets.listed() == []


def test_what_is_hidden_or_rejected_is_seen_no_more(streets: Streets) -> None:
    streets.jam(0)
    hidden = streets.jam(200, ANNA, client="address-2")
    rejected = streets.jam(-200, BUDI, client="address-3")
    (before,) = streets.listed()
    assert len(before["geometry"]["coordinates"]) == 3
    do(streets, "hide", hidden["id"], SUPERVISOR)
    do(streets, "reject", rejected["id"], OFFICER)
    (after,) = streets.listed()
    assert after["properties"]["reports"] == 1
    assert after["geometry"]["type"] == "Point"
    assert abs(after["geometry"]["coordinates"][1] - INSIDE["lat"]) < 40 * METRE
    do(streets, "restore", hidden["id"], SUPERVISOR, what="report", reason="x")
    (again,) = streets.listed()
    assert again["properties"]["reports"] == 2
    assert {one["id"] for one in streets.incident(again["id"])["newest_reports"]} > {hidden["id"]}


def test_an_incident_without_reports_is_over_and_not_to_be_seen(streets: Streets) -> None:
    only = streets.jam(by=ANNA)
    do(streets, "hide", only["id"], SUPERVISOR)
    assert streets.listed() == []
    with pytest.raises(NotFound):
        streets.incident(only["incident"])
    do(streets, "restore", only["id"], SUPERVISOR, what="report", reason="x")
    shown = streets.incident(only["incident"])
    assert (shown["ended_by"], shown["reports"]) == ("withdrawn", 1)
    assert streets.listed() == []


def test_the_list_in_a_box_and_in_pages(streets: Streets) -> None:
    far, near = streets.jam(-1_500)["id"], streets.jam(0)["id"]
    lat, long = INSIDE["lat"], INSIDE["long"]
    box = f"{long - 0.01:.4f},{lat - 0.01:.4f},{long + 0.01:.4f},{lat + 0.01:.4f}"
    assert [one["id"] for one in streets.listed(bbox=box)] == [near]
    assert {one["id"] for one in streets.listed()} == {near, far}


def test_partners_read_them_without_a_word_of_anybody(streets: Streets) -> None:
    jam = streets.jam(towards="south", how="standing", why="crash", description="Rahasia")
    streets.jam(200, ANNA, client="address-2", towards="south", description="Rahasia")
    (entry,) = streets.cifs()
    points = entry.pop("polyline").split()
    assert len(points) == 4 and float(points[0]) > float(points[2])
    assert entry == {
        "id": jam["incident"],
        "type": "JAM",
        "subtype": "JAM_STAND_STILL_TRAFFIC",
        "street": "Satu",
        "direction": "ONE_DIRECTION",
        "starttime": "2026-06-01T11:00:00+08:00",
        "endtime": "2026-06-01T11:30:00+08:00",
        "creationtime": "2026-06-01T11:00:00+08:00",
        "updatetime": "2026-06-01T11:00:00+08:00",
        "description": "Macet: Kecelakaan",
        "reference": "Kota Contoh",
    }
    streets.caller.clock.move(30 * MINUTE)
    assert streets.cifs() == []
