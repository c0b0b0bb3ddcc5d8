"""A report's way, through HTTP, as its people see it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.client import Client
from tests.waiting import eventually

INSIDE = {"lat": -6.3223, "long": 106.6943}


def report(**more: Any) -> dict[str, Any]:
    return {"category": "sampah", "description": "Tumpukan sampah", **INSIDE} | more


def notifications_about(client: Client, report_id: str) -> list[dict[str, Any]]:
    items = client.get("/v1/notifications?limit=100").json["items"]
    return [item for item in items if item["report_id"] == report_id]


def test_a_citizens_report_reaches_citizen_and_agency(
    citizen: Client, officer: Client, other_officer: Client
) -> None:
    answer = citizen.post("/v1/reports", report(visibility="public"))
    assert answer.status == 201, answer.text
    made = answer.json
    assert answer.headers["Location"] == f"/v1/reports/{made['id']}"
    assert answer.headers["ETag"].startswith('"1-')
    assert (made["state"], made["version"], made["agency"]) == ("submitted", 1, "DLH")
    assert made["area"] == "36.74.01.1001"
    assert "tracking_code" not in made and "reporter" not in made

    told = eventually(lambda: notifications_about(citizen, made["id"]))
    assert len(told) == 1 and made["number"] in told[0]["title"] and told[0]["read"] is False
    told_agency = eventually(lambda: notifications_about(officer, made["id"]))
    assert len(told_agency) == 1
    assert notifications_about(other_officer, made["id"]) == []


def test_reading_ones_writes(citizen: Client, guest: Client) -> None:
    made = citizen.post("/v1/reports", report()).json
    assert guest.get(f"/v1/reports/{made['id']}").json["number"] == made["number"]
    listed = guest.get("/v1/reports?limit=1").json["items"][0]
    assert listed["id"] == made["id"]


def test_marks_are_each_persons_own(citizen: Client, officer: Client) -> None:
    # the count is capped, and there may be more from before
    citizen.post("/v1/notifications/read-all")
    made = citizen.post("/v1/reports", report()).json
    mine = eventually(lambda: notifications_about(citizen, made["id"]))[0]
    before = citizen.get("/v1/notifications/unread-count").json["count"]
    assert citizen.post(f"/v1/notifications/{mine['id']}/read").json["read"] is True
    assert citizen.post(f"/v1/notifications/{mine['id']}/read").json["read"] is True
    assert citizen.get("/v1/notifications/unread-count").json["count"] == before - 1
    assert officer.post(f"/v1/notifications/{mine['id']}/read").status == 404
    citizen.post("/v1/notifications/read-all")
    assert citizen.get("/v1/notifications/unread-count").json["count"] == 0


def test_a_guest_gets_a_tracking_code(guest: Client, citizen: Client) -> None:
    key = str(uuid4())
    body = report(visibility="secret", contact_email="guest@example.org")
    made = guest.post("/v1/reports", body, Idempotency_Key=key).json
    assert guest.post("/v1/reports", body, Idempotency_Key=key).json == made
    path = f"/v1/reports/track/{made['number']}"
    assert guest.get(f"{path}?code={made['tracking_code']}").json["id"] == made["id"]
    wrong = guest.get(f"{path}?code=AAAAAAAAAAAAAAAA")
    unknown = guest.get(f"/v1/reports/track/LP-2026-9999999-9?code={made['tracking_code']}")
    assert (wrong.status, unknown.status) == (404, 404)
    assert wrong.json["detail"] == unknown.json["detail"]
    assert guest.get(f"/v1/reports/{made['id']}").status == 404
    assert citizen.get(f"/v1/reports/{made['id']}").status == 404
    assert "contact_email" not in made


def test_secret_reports_are_for_the_owning_agency(
    citizen: Client, other_citizen: Client, officer: Client, other_officer: Client, admin: Client
) -> None:
    made = citizen.post("/v1/reports", report(visibility="secret")).json
    path = f"/v1/reports/{made['id']}"
    seen = {name: who.get(path).status for name, who in {
        "own": citizen, "other": other_citizen, "officer": officer,
        "foreign officer": other_officer, "admin": admin,
    }.items()}  # fmt: skip
    assert seen == {
        "own": 200, "other": 404, "officer": 200, "foreign officer": 404, "admin": 200,
    }  # fmt: skip
    listed = other_citizen.get("/v1/reports?limit=100").json["items"]
    assert made["id"] not in [item["id"] for item in listed]
    mine = citizen.get("/v1/reports?mine=true&limit=100").json["items"]
    assert made["id"] in [item["id"] for item in mine]
    assert officer.get(path).json["reporter"]


def test_the_same_key_makes_one_report(citizen: Client, guest: Client) -> None:
    key = str(uuid4())
    first = citizen.post("/v1/reports", report(), Idempotency_Key=key)
    again = citizen.post("/v1/reports", report(), Idempotency_Key=key)
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    other = citizen.post("/v1/reports", report(description="lain"), Idempotency_Key=key)
    assert other.status == 422 and other.json["code"] == "idempotency_key_reused"


def test_pages_show_every_report_once(citizen: Client) -> None:
    made = {citizen.post("/v1/reports", report()).json["id"] for _ in range(7)}
    seen: list[str] = []
    path = "/v1/reports?mine=true&limit=3"
    cursor = None
    while True:
        page = citizen.get(path + (f"&cursor={cursor}" if cursor else "")).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert made <= set(seen) and len(seen) == len(set(seen))
    assert citizen.get(f"{path}&cursor=nonsense").status == 400


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (report(category="nope"), {"category"}),
        (report(lat=0, long=0), {"lat", "long"}),
        (report(lat="x"), {"lat"}),
        (report(extra=1), {"extra"}),
        (report(description=""), {"description"}),
        (report(visibility="hidden"), {"visibility"}),
        (report(attributes={"nope": 1}), {"attributes.nope"}),
        (report(contact_email="not an address"), {"contact_email"}),
        ({}, {"category", "description", "lat", "long"}),
    ],
)
def test_bad_input_names_its_fields_and_changes_nothing(
    guest: Client, body: dict[str, Any], fields: set[str]
) -> None:
    before = guest.get("/v1/reports?limit=1").json["items"]
    answer = guest.post("/v1/reports", body)
    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == fields
    assert all(error["message"] for error in answer.json["errors"])
    assert guest.get("/v1/reports?limit=1").json["items"] == before


def test_who_is_logged_in_gives_no_contact(citizen: Client) -> None:
    answer = citizen.post("/v1/reports", report(contact_email="me@example.org"))
    assert answer.status == 422 and answer.json["errors"][0]["field"] == "contact_email"


def test_the_same_thing_is_found_merged_and_told_of(
    citizen: Client, other_citizen: Client, officer: Client, guest: Client
) -> None:
    original = other_citizen.post("/v1/reports", report()).json
    here = "&".join(f"{name}={value}" for name, value in INSIDE.items())
    near = guest.get(f"/v1/reports/nearby?{here}&category=sampah").json
    assert near["radius_m"] == 75 and all(one["distance_m"] <= 75 for one in near["items"])
    assert guest.get("/v1/reports/nearby?lat=x&category=sampah").status == 422
    made = citizen.post("/v1/reports", report()).json
    why = {"duplicate_of": original["id"], "reason": "Tumpukan yang sama"}
    merged = officer.post(f"/v1/reports/{made['id']}/merge", why)
    assert merged.status == 200, merged.text
    shown = guest.get(f"/v1/reports/{made['id']}").json
    assert shown["duplicate_of"]["number"] == original["number"]
    listed = guest.get(f"/v1/reports/{original['id']}/duplicates").json["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assigned = officer.post(f"/v1/reports/{original['id']}/assign", {"agency": "DLH"})
    assert assigned.json["duplicates"] == 1
    told = eventually(lambda: _titles(citizen, made["id"], 3), what="news of the original")
    assert all(made["number"] in title for title in told)


def _titles(client: Client, report_id: str, least: int) -> list[str]:
    found = [item["title"] for item in notifications_about(client, report_id)]
    return found if len(found) >= least else []
