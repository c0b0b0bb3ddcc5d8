"""An agency's desk through HTTP: the list, one's own work, many at once, the overview."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cities import City
from tests.client import Client
from tests.e2e.test_journey import REPORT, act
from tests.waiting import eventually


@pytest.fixture(scope="session")
def supervisor(city: City) -> Client:
    return city.log_in("supervisor")


def test_a_day_at_the_desk(citizen: Client, officer: Client, supervisor: Client) -> None:
    made = [citizen.post("/v1/reports", REPORT).json for _ in range(3)]
    me = officer.get("/v1/auth/me").json["id"]
    act(officer, made[0]["id"], "claim")
    mine = officer.get("/v1/work/reports?officer=me&limit=100").json
    assert made[0]["id"] in [item["id"] for item in mine["items"]]
    assert mine["items"] == sorted(mine["items"], key=lambda i: (i["due_at"] is None, i["due_at"]))
    assert supervisor.post(f"/v1/reports/{made[0]['id']}/release").status == 200

    body = {"reports": [report["id"] for report in made], "agency": "DLH", "officer": me}
    job = supervisor.post("/v1/work/assignments", body, Idempotency_Key=made[0]["id"])
    assert job.status == 202 and job.headers["Location"].endswith(job.json["id"])
    again = supervisor.post("/v1/work/assignments", body, Idempotency_Key=made[0]["id"])
    assert again.json["id"] == job.json["id"]
    path = job.headers["Location"]
    eventually(lambda: supervisor.get(path).json["finished"])
    assert supervisor.get(path).json["done"] == 3
    assert officer.get(path).status == 404
    assert officer.get(f"/v1/reports/{made[2]['id']}").json["officer"] == me

    stands = supervisor.get("/v1/work/overview").json
    assert stands["agency"] == "DLH"
    assert next(row for row in stands["officers"] if row["officer"] == me)["open"] >= 3
    assert officer.get("/v1/work/overview").status == 403
    wanted = f"Report {made[0]['number']} is yours to work on"
    eventually(lambda: wanted in json.dumps(officer.get("/v1/notifications?limit=100").json))


def test_bad_questions(officer: Client, citizen: Client, guest: Client) -> None:
    assert citizen.get("/v1/work/reports").status == 403
    assert guest.get("/v1/work/reports").status == 401
    for query in ("state=closed", "officer=", "overdue=maybe", "limit=0", "colour=red"):
        refused = officer.get(f"/v1/work/reports?{query}")
        assert refused.status == 422 and refused.json["errors"], query
    assert officer.get("/v1/work/reports?cursor=AAAA").status == 400
    assert officer.get("/v1/work/reports?agency=DISHUB").status == 404
    for body in ({"reports": [], "agency": "DLH"}, {"reports": ["x"], "agency": "DLH"},
                 {"reports": ["0" * 36] * 501, "agency": "DLH"}):  # fmt: skip
        assert officer.post("/v1/work/assignments", body).status == 422


def test_the_counter_speaks_for_people(
    citizen: Client, officer: Client, other_officer: Client
) -> None:
    account = citizen.get("/v1/auth/me").json["id"]
    behalf = {"on_behalf_of": {"channel": "counter", "account": account}}
    made = other_officer.post("/v1/reports", REPORT | behalf)
    assert made.status == 201
    assert made.json["id"] in [
        item["id"] for item in citizen.get("/v1/reports?mine=true").json["items"]
    ]
    assert citizen.post("/v1/reports", REPORT | behalf).status == 422
    act(officer, made.json["id"], "reject", {"reason": "x"})
    asked: dict[str, Any] = {"reason": "Masih ada", "on_behalf_of": {"channel": "call_centre"}}
    assert officer.post(f"/v1/reports/{made.json['id']}/reopen", asked).status == 422
    assert act(other_officer, made.json["id"], "reopen", asked)["state"] == "reopened"
