"""A jam, from the first report to the map, the stream, the feed for partners, and its end."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from services.chassis.ids import new_id
from tests.client import Client
from tests.sse import Listening, listening
from tests.waiting import eventually

JAM = {
    "category": "kemacetan",
    "description": "uji macet",
    "lat": -6.3001,
    "long": 106.7101,
    "attributes": {"arah": "utara", "tingkat": "berhenti"},
}
BOX = "bbox=106.70,-6.31,106.72,-6.29"


def heard(stream: Listening, incident: str, *kinds: str) -> list[dict[str, Any]]:
    """What is said of an incident, up to these kinds in this order."""
    found = []
    for kind in kinds:
        while (said := stream.next()).data.get("incident_id") != incident:
            continue
        assert said.kind == kind
        found.append(said.data)
    return found


def test_a_jam_is_reported_seen_voted_on_and_taken_apart(
    guest: Client, citizen: Client, other_citizen: Client, officer: Client, other_officer: Client
) -> None:
    with listening(guest) as stream:
        first = citizen.post("/v1/reports", JAM)
        assert first.status == 201, first.text
        jam = first.json["incident"]
        followed = citizen.post("/v1/subscriptions", {"incident": jam})
        assert followed.status == 201, followed.text
        assert followed.json["name"].startswith("Incident: Traffic jam in ")
        second = other_citizen.post("/v1/reports", JAM | {"lat": -6.2991})
        assert second.json["incident"] == jam
        opened, changed = heard(stream, jam, "incident.opened", "incident.changed")
        assert (opened["reports"], changed["reports"]) == (1, 2)
        assert "reporter" not in str(changed) and first.json["id"] == jam
        (feature,) = guest.get(f"/v1/incidents?{BOX}&category=kemacetan").json["features"]
        assert feature["geometry"]["type"] == "LineString"
        voted = guest.post(f"/v1/incidents/{jam}/vote", {"answer": "still_there"})
        assert voted.status == 200 and voted.json["version"] == 3
        shown = guest.get(f"/v1/incidents/{jam}")
        assert shown.headers["ETag"].startswith('"3-')
        assert [one["id"] for one in shown.json["newest_reports"]] == [second.json["id"], jam]
        reports = {"reports": [second.json["id"]]}
        # another agency's staff, and people: the jam is Dishub's
        assert officer.post(f"/v1/incidents/{jam}/split", reports).status == 404
        assert citizen.post(f"/v1/incidents/{jam}/split", reports).status == 403
        parted = other_officer.post(f"/v1/incidents/{jam}/split", reports)
        assert parted.status == 200 and parted.json["reports"] == 1
        whole = other_officer.post(f"/v1/incidents/{parted.json['id']}/merge", {"into": jam})
        assert whole.json["id"] == jam and whole.json["reports"] == 2
        told = lambda: citizen.get("/v1/notifications?limit=100").json["items"]  # noqa: E731
        path = f"/v1/incidents/{parted.json['id']}"
        eventually(lambda: path in [one["path"] for one in told()])
        (ended,) = heard(stream, parted.json["id"], "incident.opened", "incident.ended")[1:]
        assert ended["merged_into"] == jam


def test_what_nobody_knows_cannot_be_followed(guest: Client, citizen: Client) -> None:
    for kind in ("incident", "site"):
        refused = citizen.post("/v1/subscriptions", {kind: new_id()})
        assert refused.status == 422 and refused.json["errors"][0]["code"] == f"unknown_{kind}"


def test_partners_and_the_past(guest: Client, citizen: Client) -> None:
    jam = citizen.post("/v1/reports", JAM | {"lat": -6.29, "long": 106.72}).json["incident"]
    feed = guest.get("/v1/feeds/cifs.json").json["incidents"]
    (entry,) = (one["incident"] for one in feed if one["incident"]["id"] == jam)
    assert (entry["type"], entry["direction"]) == ("JAM", "ONE_DIRECTION")
    answer = guest.get("/v1/feeds/cifs.xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert jam in [one.attrib["id"] for one in Xml.fromstring(answer.content)]
    for path in ("/v1/incidents/history", "/v1/statistics/corridors"):
        assert guest.get(path).status == 200
    assert guest.get("/v1/incidents/history?since=2026-01-01&until=2026-06-01").status == 422
    assert guest.get("/v1/statistics/corridors?month=2026-13").status == 422
