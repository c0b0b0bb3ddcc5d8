"""Open311 GeoReport v2, what is read: each test has the number of its point in the checklist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cities import City
from tests.client import Client
from tests.e2e.open311.conftest import App, as_text, plain
from tests.e2e.test_journey import REPORT

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
REQUEST = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip


@pytest.fixture(scope="module")
def number(app: App) -> str:
    """A request that nobody has worked on."""
    return app.sent(description="Tumpukan <3 & “sampah” 🗑\nbaris dua")


@pytest.fixture(scope="module")
def supervisor(city: City) -> Client:
    """Who may hide what DLH answers for."""
    return city.log_in("supervisor")


def services(app: App) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.read("v2/services.json")
    return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["service_request_id"] for one in found]


def test_1_to_5_discovery(app: App) -> None:
    found = app.read("discovery.json")
    assert plain(app.read_xml("discovery.xml")) == as_text(found)
    assert all(found[name] for name in ("changeset", "contact", "key_service", "endpoints"))
    for endpoint in found["endpoints"]:
        assert endpoint["specification"] == SPECIFICATION
        assert endpoint["type"] in ("production", "test") and endpoint["url"].startswith("http")
        assert "text/xml" in endpoint["formats"] and "application/json" in endpoint["formats"]
        assert endpoint["changeset"] == found["changeset"]
    # 5: it stays while nothing changes; tests/integration/reports/test_requests.py changes it
    assert app.read("discovery.json")["changeset"] == found["changeset"]
    assert datetime.fromisoformat(found["changeset"]) <= datetime.now(UTC)


@pytest.mark.parametrize("path", ["v2/services.csv", "v2/services", "v2/nope.xml", "nope.json"])
def test_6_a_bad_url(app: App, path: str) -> None:
    answer = app.client.get(f"/open311/{path}")
    assert answer.status == 400
    assert b"<errors><error><code>400</code>" in answer.content or answer.json[0]["code"] == 400


@pytest.mark.parametrize("path", ["discovery", "v2/services", "v2/services/sampah", "v2/requests"])
def test_7_8_content_types_and_declaration(app: App, path: str) -> None:
    as_xml = app.client.get(f"/open311/{path}.xml")
    assert as_xml.headers["Content-Type"] == "text/xml; charset=utf-8"
    declaration = as_xml.text.partition("?>")[0]
    assert declaration.startswith("<?xml ") and "utf-8" in declaration.lower()
    as_json = app.client.get(f"/open311/{path}.json")
    assert as_json.headers["Content-Type"] == "application/json; charset=utf-8"
    root = app.read_xml(f"{path}.xml")
    if path == "v2/requests":
        assert {child.tag for request in root for child in request} == set(REQUEST)


def test_9_utf8_round_trip(app: App, number: str) -> None:
    wanted = "Tumpukan <3 & “sampah” 🗑\nbaris dua"
    assert app.read(f"v2/requests/{number}.json")[0]["description"] == wanted
    assert app.read_xml(f"v2/requests/{number}.xml").findtext("request/description") == wanted


def test_10_an_empty_parameter_is_an_absent_one(app: App, number: str) -> None:
    path = f"v2/requests.json?service_request_id={number}&service_code=&status=&start_date="
    assert ids(app.read(path)) == [number]


def test_11_jurisdiction(app: App) -> None:
    assert app.read("v2/services.json?jurisdiction_id=city.gov") == services(app)
    app.sent(jurisdiction_id="city.gov")


def test_12_to_16_services(app: App) -> None:
    found = services(app)
    assert isinstance(found, list) and len(found) >= 12
    root = app.read_xml("v2/services.xml")
    assert root.tag == "services" and {child.tag for child in root} == {"service"}
    assert plain(root) == as_text(found)
    for service in found:
        assert set(service) == {"service_code", "service_name", "description", "metadata", "type",
                                "keywords", "group"}  # fmt: skip
        assert isinstance(service["metadata"], bool) and service["type"] == "realtime"
        assert isinstance(service["service_code"], str) and service["group"]
        definition = app.client.get(f"/open311/v2/services/{service['service_code']}.json")
        assert (definition.status == 200) == service["metadata"]
    assert False in [service["metadata"] for service in found]


def test_17_to_22_definitions(app: App) -> None:
    seen: set[str] = set()
    for service in [one for one in services(app) if one["metadata"]]:
        code = service["service_code"]
        found = app.read(f"v2/services/{code}.json")
        assert set(found) == {"service_code", "attributes"} and found["service_code"] == code
        asked = found["attributes"]
        assert sorted(one["order"] for one in asked) == list(range(1, len(asked) + 1))
        for one in asked:
            lists = one["datatype"] in ("singlevaluelist", "multivaluelist")
            assert {"variable", "code", "datatype", "required", "datatype_description", "order",
                    "description"} <= set(one)  # fmt: skip
            assert ("values" in one) == lists and one["variable"] is True
            assert all(set(value) == {"key", "name"} for value in one.get("values", ()))
            seen.add(one["datatype"])
    assert seen <= DATATYPES and len(seen) >= 5
    assert plain(app.read_xml("v2/services/sampah.xml")) == as_text(
        app.read("v2/services/sampah.json")
    )
    assert app.client.get("/open311/v2/services/nope.json").status == 404


def test_35_a_request_has_all_its_fields(app: App, number: str) -> None:
    (found,) = app.read(f"v2/requests/{number}.json")
    assert tuple(found) == REQUEST
    assert plain(app.read_xml(f"v2/requests/{number}.xml")) == as_text([found])
    assert found["service_name"] == "Penumpukan sampah" and found["agency_responsible"]
    assert found["address_id"].startswith("36.74.") and found["expected_datetime"]


def test_36_37_status_and_times(app: App, number: str) -> None:
    (found,) = app.read(f"v2/requests/{number}.json")
    assert found["status"] == "open" and found["status_notes"] == "Diterima"
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert datetime.fromisoformat(found[name]).utcoffset() is not None


def test_37_closed_means_closed_then(app: App, officer: Client) -> None:
    id_, number = app.sent_as_token()
    assert officer.post(f"/v1/reports/{id_}/reject", {"reason": "Bukan sampah"}).status == 200
    (closed,) = app.read(f"v2/requests/{number}.json")
    assert closed["status"] == "closed" and closed["status_notes"] == "Ditolak. Bukan sampah"
    assert officer.post(f"/v1/reports/{id_}/note", {"text": "Untuk rekan"}).status == 200
    (later,) = app.read(f"v2/requests/{number}.json")
    assert later == closed
    assert number in ids(app.read("v2/requests.json?status=closed"))
    assert number not in ids(app.read("v2/requests.json?status=open"))


def test_38_ids_override_every_other_filter(app: App, number: str) -> None:
    other = app.sent(service_code="lain_lain")
    path = f"v2/requests.json?service_request_id={number},{other},LP-1&status=closed&page=9"
    assert set(ids(app.read(path))) == {number, other}


def test_39_codes_and_statuses_by_commas(app: App, number: str) -> None:
    found = app.read("v2/requests.json?service_code=sampah,lain_lain&status=open,closed")
    assert {one["service_code"] for one in found} == {"sampah", "lain_lain"}
    assert number in ids(found)
    assert app.read("v2/requests.json?service_code=nope") == []


def test_40_dates(app: App, number: str) -> None:
    (found,) = app.read(f"v2/requests/{number}.json")
    at = datetime.fromisoformat(found["requested_datetime"])

    def between(start: datetime, end: datetime) -> list[str]:
        stamps = (one.isoformat().replace("+00:00", "Z") for one in (start, end))
        path = "v2/requests.json?start_date={}&end_date={}".format(*stamps)
        return ids(app.read(path))

    second = timedelta(seconds=1)
    assert number in between(at, at)
    assert number not in between(at - timedelta(days=80), at - second)
    assert number in between(at - timedelta(days=90), at)
    too_long = f"start_date={_z(at - timedelta(days=91))}&end_date={_z(at)}"
    backwards = f"start_date={_z(at)}&end_date={_z(at - second)}"
    for wrong in (too_long, backwards, "start_date=soon"):
        assert app.client.get(f"/open311/v2/requests.json?{wrong}").status == 400
    # the last 90 days, if nothing is said
    assert number in ids(app.read("v2/requests.json"))


def _z(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_41_42_caps_pages_and_extensions(app: App, number: str) -> None:
    assert len(app.read("v2/requests.json")) <= 1000
    first = app.read("v2/requests.json?page_size=1")
    second = app.read("v2/requests.json?page_size=1&page=2")
    assert len(first) == len(second) == 1 and first != second
    assert app.client.get("/open311/v2/requests.json?page_size=1001").status == 400
    (found,) = app.read(f"v2/requests/{number}.json?extensions=true")
    assert found["extended_attributes"]["state"] == "submitted"


def test_43_one_request_is_an_array_of_one(app: App, number: str) -> None:
    assert len(app.read(f"v2/requests/{number}.json")) == 1
    root = app.read_xml(f"v2/requests/{number}.xml")
    assert root.tag == "service_requests" and [child.tag for child in root] == ["request"]
    for unknown in ("LP-2026-9999999-0", "x"):
        assert app.client.get(f"/open311/v2/requests/{unknown}.xml").status == 404


def test_44_numbers_and_nulls(app: App, number: str) -> None:
    (found,) = app.read(f"v2/requests/{number}.json")
    assert (found["lat"], found["long"]) == (-6.3223, 106.6943)
    assert found["zipcode"] is None and found["media_url"] is None
    root = app.read_xml(f"v2/requests/{number}.xml")
    assert root.find("request/zipcode") is not None
    assert root.findtext("request/zipcode") == "" and root.findtext("request/lat") == "-6.3223"


def test_secret_and_hidden_requests_are_nowhere(
    app: App, citizen: Client, supervisor: Client
) -> None:
    secret = citizen.post("/v1/reports", REPORT | {"visibility": "secret"}).json["number"]
    token, hidden = app.sent_as_token()
    assert supervisor.post(f"/v1/reports/{token}/hide", {"reason": "Nama orang"}).status == 200
    listed = ids(app.read("v2/requests.json"))
    for number in (secret, hidden):
        assert number not in listed
        assert app.read(f"v2/requests.json?service_request_id={number}") == []
        assert app.client.get(f"/open311/v2/requests/{number}.json").status == 404
    assert app.client.get(f"/open311/v2/tokens/{token}.json").status == 404


def test_46_errors(app: App) -> None:
    for path, status in (("v2/services/nope", 404), ("v2/requests", 400)):
        query = "?start_date=x&status=y" if status == 400 else ""
        found = app.client.get(f"/open311/{path}.json{query}")
        assert found.status == status and all(set(one) == {"code", "description"}
                                              for one in found.json)  # fmt: skip
        assert {one["code"] for one in found.json} == {status}
        as_xml = app.client.get(f"/open311/{path}.xml{query}").text
        assert f"<errors><error><code>{status}</code><description>" in as_xml
    several = app.client.get("/open311/v2/requests.json?page=0&page_size=0&near=x")
    assert len(several.json) == 3


def test_46_ext_other_origins_and_jsonp(app: App) -> None:
    origin = "https://app.example.org"
    shared = app.client.get("/open311/v2/services.json", Origin=origin)
    assert shared.headers["Access-Control-Allow-Origin"] == "*"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    allowed = app.client.send("OPTIONS", "/open311/v2/requests.json", None, asked)
    assert allowed.status == 204 and "POST" in allowed.headers["Access-Control-Allow-Methods"]
    script = app.client.get("/open311/v2/services.json?callback=show")
    assert script.text.startswith("/**/show([")
    assert script.headers["X-Content-Type-Options"] == "nosniff"
    assert app.client.get("/open311/v2/services.json?callback=a(b)").status == 400
