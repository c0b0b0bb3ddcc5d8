"""Public information through HTTP: what was reported is on the map, in the feed, in counts."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from services.chassis import jsontext
from tests.client import Client
from tests.waiting import eventually

BOX = "106.69,-6.33,106.70,-6.32"


def test_what_was_reported_is_public_everywhere(citizen: Client, guest: Client) -> None:
    word = f"kata{uuid4().hex[:12]}"
    report = {"category": "sampah", "description": word, "lat": -6.3223, "long": 106.6943}
    made = [citizen.post("/v1/reports", report).json["id"] for _ in range(5)]
    secret = citizen.post("/v1/reports", report | {"visibility": "secret"}).json["id"]
    asked = f"q={word}&area=36.74.01&bbox={quote(BOX)}&since=2026-01-01"
    assert [one["id"] for one in guest.get(f"/v1/reports?{asked}").json["items"]] == made[::-1]
    found = guest.get(f"/v1/reports.geojson?{asked}")
    assert found.headers["Content-Type"] == "application/geo+json"
    assert [one["id"] for one in jsontext.loads(found.text)["features"]] == made[::-1]
    feed = citizen.get(f"/v1/reports.atom?{asked}")
    assert feed.headers["Cache-Control"].startswith("public")
    assert feed.text.count("<entry>") == 5 and secret not in feed.text
    counted = jsontext.loads(guest.get(f"/v1/reports/clusters?zoom=14&bbox={quote(BOX)}").text)
    assert counted["reports"] >= 5
    by_area = guest.get("/v1/statistics/reports?by=area").json
    assert by_area["total"]["reports"] >= 5
    heat = jsontext.loads(guest.get("/v1/reports/heat").text)["features"]
    mapped = {one["id"]: one["properties"]["reports"] for one in heat}
    # what is told of one kelurahan depends on all: beside a small count another one is kept back
    told = {one["code"]: one["reports"] for one in by_area["items"]}
    assert "36.74.01.1001" in told
    assert mapped == {code: told.get(code) for code in mapped} and len(mapped) == 54
    # made when the service started; how they are filled is tried in tests/integration
    eventually(lambda: guest.get("/v1/open-data").status == 200)
    told = guest.get("/v1/open-data").json
    assert told["fields"]
    for file in told["files"]:
        downloaded = guest.get(file["path"])
        assert len(downloaded.text.encode()) == file["bytes"]
        assert word not in downloaded.text
