"""A report is taken in whole, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest

from services.chassis import jsontext
from services.chassis.call import Call
from services.chassis.database import Params, Session
from services.chassis.errors import IdempotencyKeyReused, Invalid
from services.chassis.ids import is_public_number, tracking_code
from services.chassis.principal import Principal, Role
from services.reports.service import with_tracking_code
from tests.integration.reports.conftest import OUTSIDE, SECRET, Desk

CITIZEN = Principal("me", Role.CITIZEN)
SINCE = {"since": "2026-05-30T08:00:00+08:00"}
EMAIL = "canary-7f3a@example.org"


def presented(answer: dict[str, Any]) -> dict[str, Any]:
    """As the caller gets it."""
    settings = SimpleNamespace(tracking_secret=SECRET)
    service = SimpleNamespace(chassis=SimpleNamespace(settings=settings))
    return with_tracking_code(service, answer, Call())


def test_state_history_event_and_audit_are_one(desk: Desk) -> None:
    made = desk.submit(CITIZEN, attributes={"size": "large", "depth": 20})
    stored = desk.caller.rows("SELECT * FROM report")
    assert [(row["number"], row["reporter"], row["version"]) for row in stored] == [
        (made["number"], "me", 1)
    ]
    assert stored[0]["attributes"] == made["attributes"] == {"size": "large", "depth": 20}
    (line,) = desk.caller.rows("SELECT report_id::text, version, action, actor FROM report_history")
    assert tuple(line.values()) == (made["id"], 1, "submitted", "me")
    (event,) = desk.caller.rows("SELECT subject, mandatory, body FROM chassis.outbox")
    sealed = jsontext.loads(event["body"])
    assert event["subject"] == made["id"] and event["mandatory"]
    assert sealed["data"] == {
        "report_id": made["id"],
        "number": made["number"],
        "category": "pothole",
        "category_name": {"id": "Lubang", "en": "Pothole"},
        "area": "99.01.01.1001",
        "agency": "ROADS",
        "visibility": "public",
        "reporter": "me",
    }
    assert sealed["aggregateversion"] == 1
    assert desk.caller.audited() == [("me", "report.submitted", made["id"])]


def test_it_takes_two_round_trips(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    trips: list[str] = []
    execute = Session.execute

    def counted(self: Session, script: str, params: Params | None = None) -> Any:
        trips.append(script)
        return execute(self, script, params)

    monkeypatch.setattr(Session, "execute", counted)
    desk.submit(key="k", contact_email=EMAIL)
    assert len(trips) == 2


def test_numbers_follow_each_other_and_the_citys_year(desk: Desk) -> None:
    desk.caller.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    old = desk.submit()
    desk.caller.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Makassar
    new = desk.submit()
    assert [made["number"][:-2] for made in (old, new)] == ["LP-2026-0000001", "LP-2027-0000002"]
    assert all(is_public_number("LP", made["number"]) for made in (old, new))


@pytest.mark.parametrize(
    ("lat", "area", "name", "agency"),
    [
        (-3.101, "99.01.01.1001", "Satu", "ROADS"),
        (-3.121, "99.01.01.1002", "Dua", "HALL"),  # by kelurahan
        (-3.160, "99.01.02.1001", "Tiga", "HALL"),  # by kecamatan
    ],
)
def test_the_place_decides_who_answers(
    desk: Desk, lat: float, area: str, name: str, agency: str
) -> None:
    made = desk.submit(lat=lat)
    assert (made["area"], made["area_name"], made["agency"]) == (area, name, agency)


def test_some_categories_reach_beyond_the_city(desk: Desk) -> None:
    beyond: dict[str, Any] = {"category": "noise", "attributes": SINCE, **OUTSIDE}
    made = desk.submit(**beyond)
    assert (made["area"], made["area_name"]) == (None, None)
    assert (made["agency"], made["agency_name"]) == ("HALL", "Balai kota")
    assert desk.page()["items"][0]["area"] is None


def test_the_category_decides_on_anonymity_unless_told(desk: Desk) -> None:
    given: dict[str, Any] = {"category": "noise", "attributes": SINCE}
    seen = [desk.submit()["visibility"], desk.submit(**given)["visibility"]]
    seen.append(desk.submit(**given, visibility="public")["visibility"])
    assert seen == ["public", "anonymous", "public"]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"category": "x"}, {"category"}),
        (OUTSIDE, {"lat", "long"}),
        ({"description": " \n "}, {"description"}),
        ({"description": "x" * 4001}, {"description"}),
        ({"lat": 91}, {"lat"}),
        ({"lat": True, "long": "120"}, {"lat", "long"}),
        ({"visibility": None}, {"visibility"}),
        ({"attributes": []}, {"attributes"}),
        ({"attributes": {"colour": "red"}}, {"attributes.colour"}),
        ({"attributes": {"size": "huge", "depth": "5"}}, {"attributes.size", "attributes.depth"}),
        ({"attributes": {"depth": 101}}, {"attributes.depth"}),
        ({"category": "noise"}, {"attributes.since"}),
        ({"category": "noise", "attributes": {"since": "today"}}, {"attributes.since"}),
        ({"number": "LP-1"}, {"number"}),
    ],
)
def test_what_is_wrong_is_named_and_leaves_nothing(
    desk: Desk, wrong: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submit(**wrong)
    assert {error.field for error in refused.value.errors} == fields
    for table in ("report", "report_history", "chassis.outbox", "chassis.audit"):
        assert desk.caller.rows(f"SELECT 1 FROM {table}") == []


def test_the_known_categories_are_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submit(category="x")
    message = refused.value.errors[0].message
    for language in ("id", "en"):
        words = message.in_language(language)
        assert "noise" in words and "pothole" in words


def test_only_who_leaves_an_address_gets_a_code(desk: Desk) -> None:
    assert "tracking_code" not in presented(desk.submit())
    assert "tracking_code" not in presented(desk.submit(CITIZEN))
    made = presented(desk.submit(contact_email=EMAIL))
    assert made["tracking_code"] == tracking_code(SECRET, made["number"])


def test_the_code_is_never_stored_and_yet_the_same_on_a_retry(desk: Desk) -> None:
    first = presented(desk.submit(key="k", contact_email=EMAIL))
    assert presented(desk.submit(key="k", contact_email=EMAIL)) == first
    assert desk.caller.rows("SELECT count(*) AS n FROM report")[0]["n"] == 1
    assert _tables_with(desk, first["tracking_code"]) == []
    with pytest.raises(IdempotencyKeyReused):
        desk.submit(key="k", contact_email="other@example.org")


def test_an_address_stands_in_one_place_only(desk: Desk) -> None:
    desk.submit(key="k", contact_email=EMAIL)
    assert _tables_with(desk, EMAIL) == ["public.report_contact"]


def test_who_is_logged_in_leaves_no_address(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submit(CITIZEN, contact_email=EMAIL)
    assert [error.field for error in refused.value.errors] == ["contact_email"]
    assert desk.caller.rows("SELECT 1 FROM report") == []


@pytest.mark.parametrize(
    "change", ["UPDATE report_history SET action = 'x'", "DELETE FROM report_history"]
)
def test_history_cannot_be_changed(desk: Desk, change: str) -> None:
    desk.submit()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        desk.caller.rows(change)


def _tables_with(desk: Desk, text: str) -> list[str]:
    """Every table that holds `text` anywhere."""
    tables = desk.caller.rows(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
        " WHERE schemaname IN ('public', 'chassis') ORDER BY name"
    )
    names = [table["name"] for table in tables]
    holding = "SELECT 1 FROM {} t WHERE position(%(text)s IN t::text) > 0"
    return [name for name in names if desk.caller.rows(holding.format(name), {"text": text})]
