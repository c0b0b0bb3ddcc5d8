"""A garbage site through HTTP: reported, cleaned, come back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.chassis import jsontext
from tests.client import Client
from tests.waiting import eventually


def test_a_site_is_cleaned_and_comes_back(citizen: Client, officer: Client, guest: Client) -> None:
    # a place of its own, whoever else reports in this city
    place = {"lat": -6.34, "long": 106.69 + uuid4().int % 10_000 / 1_000_000}
    said: dict[str, Any] = {"volume": "truk", "jenis": ["b3"], "waktu": ["malam"]}
    report = {"category": "sampah", "description": "uji titik", "attributes": said} | place

    def site_of(made: str) -> Any:
        return next(iter(guest.get(f"/v1/sites?report={made}").json["items"]), None)

    first = citizen.post("/v1/reports", report).json["id"]
    site = eventually(lambda: site_of(first), what="the site")
    assert (site["agency"], site["volume"], site["kinds"]) == ("DLH", "truk", ["b3"])
    path = f"/v1/sites/{site['id']}"
    stale = officer.post(f"{path}/clean", {"note": "Diangkut"}, If_Match='"99"')
    assert stale.status == 412 and citizen.post(f"{path}/clean", {"note": "x"}).status == 403
    twice = [officer.post(f"{path}/clean", {"note": "Diangkut"}, Idempotency_Key=site["id"],
                          If_Match=f'"{site["version"]}"') for _ in range(2)]  # fmt: skip
    assert [one.json["state"] for one in twice] == ["closed", "closed"]
    assert guest.get(path).json == {**twice[0].json, "parts": guest.get(path).json["parts"]}
    second = citizen.post("/v1/reports", report).json["id"]
    again = eventually(lambda: site_of(second), what="the recurrence")
    assert (again["id"], again["state"], again["recurrences"]) == (site["id"], "open", 1)
    assert {part["duty"]: part["agency"] for part in again["parts"]} == {
        "clean": "DLH", "enforce": "SATPOLPP"}  # fmt: skip
    lie = guest.get(f"{path}/reports").json["items"]
    assert [one["id"] for one in lie] == [second, first]
    worst = jsontext.loads(guest.get(f"/v1/sites.geojson?sort=worst&report={second}").text)
    assert [one["properties"]["score"] for one in worst["features"]] == [1 + 5 + 5 + 20]


def test_when_garbage_is_collected(guest: Client) -> None:
    told = guest.get("/v1/collections?area=36.74.01.1001").json
    assert (told["missed"], told["area"]) == ("sampah_tidak_terangkut", "36.74.01.1001")
    assert {one["waste"] for one in told["items"]} >= {"Household garbage"}
    unknown = guest.get("/v1/collections?area=36.74.01")
    assert unknown.status == 422 and unknown.json["errors"][0]["code"] == "unknown_area"
