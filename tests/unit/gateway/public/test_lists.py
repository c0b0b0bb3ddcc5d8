"""The list of reports as GeoJSON and as Atom."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from werkzeug.wrappers import Response

from gateway.cursors import Cursors
from gateway.place import Place
from gateway.public import atom
from gateway.public.lists import PublicLists
from gateway.routes import By
from services.chassis import jsontext
from services.chassis.call import CallHeaders
from tests.unit.gateway.making import SECRET, ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
REPORT = {
    "id": ID, "number": "LP-2026-0000001-2", "version": 1, "state": "submitted",
    "category": "sampah", "description": "Tumpukan <sampah> & \ufffe", "lat": -6.3, "long": 106.7,
    "area_name": "Ciater", "photos": [{"n": 1}], "created_at": "2026-06-01T03:00:00+00:00",
    "updated_at": "2026-06-02T03:00:00+00:00",
}  # fmt: skip
KNOWN = {"city": "Kota Contoh", "items": [{"code": "sampah", "name": "Sampah"}]}
A, G = f"{{{atom.ATOM}}}", f"{{{atom.GEORSS}}}"


class Reports:
    """Answers as the service does, and remembers who asked for what."""

    def __init__(self, *items: dict[str, Any], after: str | None = None) -> None:
        self.items, self.after = list(items), after
        self.asked: list[tuple[dict[str, Any], CallHeaders]] = []

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        assert service == "reports"
        if operation == "list_categories":
            return KNOWN
        self.asked.append((body, headers))
        return {"items": self.items, "next": self.after}


def read(reports: Reports, path: str, **more: Any) -> Response:
    lists = PublicLists(reports, Cursors(SECRET), Place(lambda _: "http://kota.example", None))
    return ask(make(reports, handlers={By.LIST: lists.respond}), "GET", path, **more)


@pytest.mark.parametrize("form", ["geojson", "atom"])
def test_a_token_changes_nothing_and_any_cache_may_keep_it(form: str) -> None:
    reports = Reports(REPORT)
    path = f"/v1/reports.{form}"
    answer = read(reports, path, headers={"Authorization": "Bearer supervisor"})
    assert answer.status_code == 200
    assert (
        answer.mimetype == {"geojson": "application/geo+json", "atom": "application/atom+xml"}[form]
    )
    assert reports.asked[0][1].authorization is None
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    again = read(reports, path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_geojson_puts_longitude_first() -> None:
    found = jsontext.loads(read(Reports(REPORT), "/v1/reports.geojson?area=36.74.01").data)
    assert found["type"] == "FeatureCollection" and found["next"] is None
    (feature,) = found["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.7, -6.3]}
    assert feature["id"] == ID and feature["properties"] == REPORT


def test_filters_are_those_of_the_list() -> None:
    reports = Reports()
    query = "area=36.74.01&category=sampah&q=jalan&bbox=106,-7,107,-6&limit=3"
    assert read(reports, f"/v1/reports.atom?{query}").status_code == 200
    assert reports.asked[0][0] == {
        "area": "36.74.01", "category": "sampah", "q": "jalan", "bbox": "106,-7,107,-6",
        "limit": "3",
    }  # fmt: skip
    for wrong in ("mine=true", "limit=101", "bbox=1", "since=x", "q=-"):
        refused = read(reports, f"/v1/reports.geojson?{wrong}")
        assert refused.status_code == 422, wrong
        assert jsontext.loads(refused.data)["errors"][0]["field"] == wrong.partition("=")[0]
    assert read(reports, "/v1/reports.atom?cursor=x").status_code == 400
    assert len(reports.asked) == 1


def test_a_cursor_leads_on_in_every_form() -> None:
    first = jsontext.loads(read(Reports(REPORT, after="AAAA"), "/v1/reports.geojson").data)
    reports = Reports()
    assert read(reports, f"/v1/reports.atom?cursor={first['next']}").status_code == 200
    assert reports.asked[0][0]["cursor"] == "AAAA"


def test_a_feed_holds_what_atom_asks_for() -> None:
    answer = read(Reports(REPORT, after="AAAA"), "/v1/reports.atom?area=36.74.01")
    feed = Xml.fromstring(answer.data)
    assert feed.tag == f"{A}feed"
    here = "http://kota.example/v1/reports.atom?area=36.74.01"
    assert feed.findtext(f"{A}id") == here and feed.findtext(f"{A}title")
    assert feed.findtext(f"{A}author/{A}name") == "Kota Contoh"
    assert feed.findtext(f"{A}updated") == REPORT["updated_at"]
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")}
    assert links["self"] == here and str(links["next"]).startswith(f"{here}&cursor=AAAA")
    entry = feed.find(f"{A}entry")
    assert entry is not None
    assert entry.findtext(f"{A}id") == f"urn:uuid:{ID}"
    assert entry.findtext(f"{A}title") == "Sampah, Ciater"
    assert entry.findtext(f"{A}summary") == "Tumpukan <sampah> & \ufffd"
    assert entry.findtext(f"{G}point") == "-6.3 106.7"
    assert [one.get("term") for one in entry.findall(f"{A}category")] == ["sampah", "submitted"]
    kinds = {one.get("rel"): one.get("href") for one in entry.findall(f"{A}link")}
    assert kinds["enclosure"] == f"http://kota.example/v1/reports/{ID}/photos/1"


def test_an_empty_feed_is_one() -> None:
    feed = Xml.fromstring(read(Reports(), "/v1/reports.atom").data)
    assert feed.findtext(f"{A}updated") and not feed.findall(f"{A}entry")


def test_every_page_may_read_it() -> None:
    answer = read(Reports(), "/v1/reports.geojson", headers={"Origin": "https://peta.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
