"""What officers do to incidents holds, whatever is reported later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import Principal
from services.reports.incidents.errors import IncidentOver
from tests.integration.reports.jams import Streets, streets
from tests.integration.reports.test_actions import ADMIN, FOREIGN, OFFICER

__all__ = ["streets"]

MINUTE = timedelta(minutes=1)


def street(streets: Streets) -> list[str]:
    """Reports of one jam, 150 m apart, a minute after the other."""
    found = []
    for n in range(5):
        found.append(str(streets.jam(150 * n, client=f"home-{n}")["id"]))
        streets.caller.clock.move(MINUTE)
    return found


def test_what_was_taken_apart_is_not_made_one_by_a_report_between(streets: Streets) -> None:
    reports = street(streets)
    jam = streets.listed()[0]["id"]
    other = streets.split(jam, reports[3:], OFFICER)
    assert (other["reports"], other["state"], other["version"]) == (2, "live", 1)
    assert other["began_at"] == "2026-06-01T03:03:00+00:00"
    rest = streets.incident(jam)
    assert {one["id"] for one in rest["newest_reports"]} == set(reports[:3])
    assert {one["id"] for one in streets.incident(other["id"])["newest_reports"]} == {*reports[3:]}
    # between the two, a little nearer to one of them
    assert streets.jam(390, client="home-8")["incident"] == other["id"]
    assert streets.jam(340, client="home-9")["incident"] == jam
    assert len(streets.listed()) == 2
    assert streets.told()[5:7] == [("changed", jam), ("opened", other["id"])]


def test_what_was_made_one_need_not_be_near(streets: Streets) -> None:
    one = streets.jam(0, client="home-1")["incident"]
    streets.caller.clock.move(MINUTE)
    two = streets.jam(900, client="home-2")["incident"]
    whole = streets.merge(one, two, ADMIN)
    assert (whole["id"], whole["reports"]) == (one, 2)
    assert streets.incident(two)["merged_into"] == one
    assert streets.jam(920, client="home-3")["incident"] == one
    parted = streets.split(one, [two], OFFICER)
    assert parted["id"] not in (one, two)
    assert streets.merge(parted["id"], one, OFFICER)["reports"] == 3
    with pytest.raises(IncidentOver):
        streets.merge(parted["id"], one, OFFICER)


@pytest.mark.parametrize("by", [FOREIGN])
def test_it_is_for_the_agency_that_answers(streets: Streets, by: Principal) -> None:
    reports = street(streets)
    jam = streets.listed()[0]["id"]
    with pytest.raises(NotFound):
        streets.split(jam, reports[:1], by)
    with pytest.raises(NotFound):
        streets.merge(jam, new_id(), by)


def test_what_cannot_be_taken_apart_or_made_one(streets: Streets) -> None:
    reports = street(streets)
    jam = streets.listed()[0]["id"]

    def refused(deed: Any, *given: Any) -> str:
        with pytest.raises(Invalid) as raised:
            deed(*given, OFFICER)
        return raised.value.errors[0].code

    assert refused(streets.split, jam, reports) == "nothing_remains"
    assert refused(streets.split, jam, [new_id()]) == "not_of_it"
    assert refused(streets.merge, jam, jam) == "same_incident"
    assert refused(streets.merge, jam, new_id()) == "unknown_incident"
    streets.caller.clock.move(40 * MINUTE)
    with pytest.raises(IncidentOver):
        streets.split(jam, reports[:1], OFFICER)
