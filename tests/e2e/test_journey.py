"""From a photo of garbage to the proof that it is gone, through HTTP."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.client import Client
from tests.sse import listening
from tests.waiting import eventually

REPORT = {"category": "sampah", "description": "uji perjalanan", "lat": -6.3223, "long": 106.6943}


def upload(client: Client) -> str:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).save(out, "PNG")
    answer = client.send("POST", "/v1/uploads", out.getvalue(), {"Content-Type": "image/png"})
    assert answer.status == 201, answer.text
    return str(answer.json["capability"])


def act(client: Client, report: str, name: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(f"/v1/reports/{report}/{name}", body or {})
    assert answer.status == 200, answer.text
    return answer.json


def told(client: Client, report: str) -> set[str]:
    items = client.get("/v1/notifications?limit=100").json["items"]
    return {item["title"] for item in items if item["report_id"] == report}


def test_the_journey(citizen: Client, officer: Client, guest: Client) -> None:
    with listening(guest) as live:
        made = citizen.post("/v1/reports", REPORT | {"photos": [upload(citizen)]}).json
        report, number = made["id"], made["number"]
        for name, body in (
            ("verify", {}),
            ("assign", {"agency": "DLH"}),
            ("start", {}),
            ("resolve", {"note": "Sudah diangkut", "photos": [upload(officer)]}),
        ):
            act(officer, report, name, body)
        act(citizen, report, "rate", {"score": 5, "text": "Terima kasih"})
        closed = act(citizen, report, "close")
        heard = [said.kind for said in live.until(report, "report.closed")
                 if said.data.get("report_id") == report]  # fmt: skip
    assert heard == [
        f"report.{past}"
        for past in ("submitted", "verified", "assigned", "started", "resolved", "closed")
    ]
    assert closed["state"] == "closed" and closed["version"] == 7 and closed["rating"] == 5
    for n in (1, 2):
        assert guest.get(f"/v1/reports/{report}/photos/{n}?size=thumb").status == 200
    steps = [line["action"] for line in guest.get(f"/v1/reports/{report}/timeline").json["items"]]
    assert steps == ["submitted", "verify", "assign", "start", "resolve", "rate", "close"]
    wanted = {f"Report {number} received", f"Report {number} resolved"}
    eventually(lambda: wanted <= told(citizen, report))
    assert f"Report {number} closed" not in told(citizen, report)
    eventually(lambda: f"Report {number} rated" in told(officer, report))


def test_followers_are_told_and_support_is_counted(
    citizen: Client, other_citizen: Client, officer: Client
) -> None:
    made = citizen.post("/v1/reports", REPORT).json
    report, title = made["id"], f"Report {made['number']} verified"
    for _ in range(2):
        supported = act(other_citizen, report, "support")
        assert (supported["supports"], supported["version"]) == (1, 1)
    act(other_citizen, report, "follow")
    act(officer, report, "follow")
    act(officer, report, "follow", {"following": False})
    act(officer, report, "verify")
    eventually(lambda: title in told(other_citizen, report))
    act(other_citizen, report, "follow", {"following": False})
    act(officer, report, "assign", {"agency": "DLH"})
    eventually(lambda: f"Report {made['number']} assigned" in told(citizen, report))
    assert told(other_citizen, report) == {title}


def test_refusals(citizen: Client, other_citizen: Client, officer: Client) -> None:
    made = citizen.post("/v1/reports", REPORT).json
    path = f"/v1/reports/{made['id']}"
    illegal = officer.post(f"{path}/start")
    assert (illegal.status, illegal.json["code"]) == (409, "illegal_action")
    assert "verify, assign, reject, forward" in illegal.json["detail"]
    assert officer.post(f"{path}/verify", If_Match='"7"').status == 412
    assert officer.post(f"{path}/verify", If_Match='"1"').status == 200
    assert citizen.post(f"{path}/verify").status == 403
    assert other_citizen.post(f"{path}/close").status == 404
    assert officer.post(f"{path}/assign", {"agency": "NOWHERE"}).status == 422
    assert officer.post(f"{path}/fly").status == 404


@pytest.mark.parametrize("name", ["verify", "comment"])
def test_an_action_is_repeated_safely(citizen: Client, officer: Client, name: str) -> None:
    made = citizen.post("/v1/reports", REPORT).json
    body = {"text": "x"} if name == "comment" else {}
    path, key = f"/v1/reports/{made['id']}/{name}", f"{made['id']}-{name}"
    answers = [officer.post(path, body, Idempotency_Key=key) for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert [answer.json["version"] for answer in answers] == [2] * 3
