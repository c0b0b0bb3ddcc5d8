"""What notify is told of an incident or a site that somebody wants to follow."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.principal import SYSTEM
from services.reports import places
from services.reports.place_contract import PLACE_TO_FOLLOW
from services.reports.sites.contract import MERGE_SITE
from tests.integration.reports.jams import Streets, streets
from tests.integration.reports.test_actions import ANNA, OFFICER, SUPERVISOR, do
from tests.integration.reports.test_sites import ELSEWHERE, Sites, sites

__all__ = ["sites", "streets"]


def place(desk: Any, kind: str, id_: str) -> Any:
    body = {"kind": kind, "id": id_}
    return desk.ask(PLACE_TO_FOLLOW, places.place_to_follow, body, SYSTEM)


def test_an_incident(streets: Streets) -> None:
    one = streets.jam(0, how="slow")
    two = streets.jam(400, ANNA, client="address-2")
    found = place(streets, "incident", two["id"])
    assert (found["id"], found["state"], found["severity"]) == (two["id"], "live", "moderate")
    streets.merge(two["id"], one["id"], OFFICER)
    assert place(streets, "incident", two["id"]) == place(streets, "incident", one["id"])
    with pytest.raises(NotFound):
        place(streets, "incident", new_id())
    with pytest.raises(NotFound):
        place(streets, "site", one["id"])


def test_one_that_nobody_may_see_is_none(streets: Streets) -> None:
    jam = streets.jam()
    do(streets, "hide", jam["id"], SUPERVISOR)
    with pytest.raises(NotFound):
        place(streets, "incident", jam["id"])


def test_a_site(sites: Sites) -> None:
    sites.desk.submit(ANNA)
    sites.desk.submit(ANNA, **ELSEWHERE)
    one, two = sites.all()
    found = place(sites.desk, "site", one["id"])
    assert (found["state"], found["severity"], found["version"]) == ("open", None, one["version"])
    sites.ask(MERGE_SITE, OFFICER, id=one["id"], into=two["id"], reason="x")
    assert place(sites.desk, "site", one["id"])["id"] == two["id"]


def test_what_is_split_off_says_of_which_it_was_a_part(streets: Streets) -> None:
    jam = streets.jam(0)
    part = streets.jam(100, ANNA, client="address-2")
    new = streets.split(jam["id"], [part["id"]], OFFICER)
    sql = "SELECT body::json->'data'->>'split_from' AS of FROM chassis.outbox WHERE type LIKE %(a)s"
    rows = streets.caller.rows(f"{sql} ORDER BY id", {"a": "%incident%"})
    assert [row["of"] for row in rows if row["of"]] == [jam["id"]]
    assert "split_from" not in new
