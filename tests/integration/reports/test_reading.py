"""Everybody reads what is for them, and what is personal leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.errors import Invalid, Malformed, NotFound
from services.chassis.ids import new_id, public_number, tracking_code
from services.chassis.principal import GUEST, Principal, Role
from tests.integration.reports.conftest import SECRET, Desk

ME = Principal("me", Role.CITIZEN)
YOU = Principal("you", Role.CITIZEN)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
SUPERVISOR = Principal("supervisor", Role.SUPERVISOR, "ROADS")
FOREIGN = Principal("foreign", Role.OFFICER, "HALL")
AUDITOR = Principal("auditor", Role.AUDITOR)
ADMIN = Principal("admin", Role.ADMIN)
STAFF = (OFFICER, SUPERVISOR, AUDITOR, ADMIN)
EVERYBODY = (GUEST, ME, YOU, FOREIGN, *STAFF)

name = pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.subject)


@name
@pytest.mark.parametrize("visibility", ["public", "anonymous", "secret"])
def test_who_reads_what(desk: Desk, who: Principal, visibility: str) -> None:
    made = desk.submit(ME, visibility=visibility)
    already = len(desk.caller.audited())
    if visibility == "secret" and who not in (ME, *STAFF):
        with pytest.raises(NotFound):
            desk.get(made["id"], who)
        assert desk.ids(who) == []
        assert desk.caller.audited()[already:] == []
        return
    found = desk.get(made["id"], who)
    inner = {"reporter": "me", "officer": None, "escalation": 0, "app": None}
    assert found == made | (inner if who in STAFF else {})
    personal = visibility == "secret" or who in STAFF
    trace = [(who.subject, "report.read", made["id"])] if personal else []
    assert desk.caller.audited()[already:] == trace


@name
def test_lists_hold_what_one_may_see_and_no_names(desk: Desk, who: Principal) -> None:
    made = [desk.submit(ME, visibility=v)["id"] for v in ("public", "anonymous", "secret")]
    already = len(desk.caller.audited())
    items = desk.page(who)["items"]
    secret = who in (ME, *STAFF)
    assert [item["id"] for item in items] == (made[::-1] if secret else made[1::-1])
    assert not any("reporter" in item for item in items)
    trace = [(who.subject, "report.listed", made[2])] if secret else []
    assert desk.caller.audited()[already:] == trace


def test_a_report_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.get(new_id())
    with pytest.raises(Invalid):
        desk.get("1")


def test_filters_must_all_fit(desk: Desk) -> None:
    here = desk.submit(ME)["id"]
    there = desk.submit(YOU, lat=-3.12)["id"]
    noise = desk.submit(
        ME, category="noise", lat=-3.12, attributes={"since": "2026-05-30T08:00:00Z"}
    )["id"]
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"state": "submitted"}, [noise, there, here]),
        ({"category": "pothole"}, [there, here]),
        ({"area": "99.01.01.1002"}, [noise, there]),
        ({"agency": "ROADS"}, [here]),
        ({"agency": "HALL", "category": "noise"}, [noise]),
        ({"mine": True}, [noise, here]),
        ({"mine": True, "agency": "ROADS"}, [here]),
        ({"limit": 1}, [noise]),
    ]
    for asked, ids in expected:
        assert desk.ids(ME, **asked) == ids, asked
    assert desk.ids(GUEST, mine=True) == []


def test_guests_own_nothing_together(desk: Desk) -> None:
    made = desk.submit(GUEST, visibility="secret")
    assert desk.ids(GUEST, mine=True) == desk.ids(GUEST) == []
    with pytest.raises(NotFound):
        desk.get(made["id"], GUEST)


def test_pages_show_each_report_once_while_others_come_in(desk: Desk) -> None:
    made = [desk.submit(ME)["id"] for _ in range(5)]
    seen, page = [], desk.page(limit=2)
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        desk.submit(YOU)
        page = desk.page(limit=2, cursor=page["next"])
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "nonsense", "é", "AAAA", "' OR true --"])
def test_a_foreign_cursor(desk: Desk, cursor: str) -> None:
    with pytest.raises(Malformed):
        desk.page(cursor=cursor)


@pytest.mark.parametrize("limit", [0, 101, "many"])
def test_a_page_has_its_bounds(desk: Desk, limit: Any) -> None:
    with pytest.raises(Invalid):
        desk.page(limit=limit)


@pytest.mark.parametrize("visibility", ["public", "anonymous", "secret"])
def test_number_and_code_open_a_guests_report(desk: Desk, visibility: str) -> None:
    made = desk.submit(contact_email="guest@example.org", visibility=visibility)
    code = tracking_code(SECRET, made["number"])
    found = desk.track(made["number"].lower(), code.lower())
    assert found["id"] == made["id"] and "tracking_code" not in found
    assert desk.caller.audited()[-1] == ("guest", "report.tracked", made["id"])


def test_a_wrong_number_and_a_wrong_code_look_alike(desk: Desk) -> None:
    made, other = desk.submit()["number"], desk.submit()["number"]
    never = public_number("LP", 2026, 77)
    code = tracking_code(SECRET, made)
    wrong_digit = made[:-1] + str((int(made[-1]) + 1) % 10)
    tries = [
        (made, tracking_code(SECRET, other)), (made, "x"), (made, "é"), (other, code),
        (never, tracking_code(SECRET, never)), (wrong_digit, tracking_code(SECRET, wrong_digit)),
        ("nonsense", code), ("LP-٢٠٢٦-0000001-1", code),
    ]  # fmt: skip
    already = len(desk.caller.audited())
    answers = set()
    for number, given in tries:
        with pytest.raises(NotFound) as refused:
            desk.track(number, given)
        answers.add((refused.value.code, str(refused.value.detail)))
    assert len(answers) == 1
    assert len(desk.caller.audited()) == already
