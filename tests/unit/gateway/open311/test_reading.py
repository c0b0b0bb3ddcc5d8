"""What clients of Open311 read, in each form."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.application import Application
from gateway.open311 import formats
from tests.unit.gateway.making import ask
from tests.unit.gateway.open311.making import FOUND, ID, FakeCity, make_face

NUMBER = FOUND["number"]


@pytest.fixture
def city() -> FakeCity:
    return FakeCity()


@pytest.fixture
def face(city: FakeCity) -> Application:
    return make_face(city)


def read(face: Application, path: str, status: int = 200, **more: Any) -> Any:
    response = ask(face, "GET", f"/open311/{path}", **more)
    assert response.status_code == status, response.data
    return json.loads(response.data)


def test_discovery_says_where_and_whom_to_ask(city: FakeCity) -> None:
    found = read(make_face(city), "discovery.json")
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == "http://localhost/open311/v2"
    assert found["changeset"] == endpoint["changeset"] == "2026-11-01T08:00:00+00:00"
    assert "Kota Contoh" in found["contact"] and found["contact"] in found["key_service"]
    told = make_face(city, public_url="https://kota.example/", contact="open311@kota.example")
    found = read(told, "discovery.json")
    assert found["endpoints"][0]["url"] == "https://kota.example/open311/v2"
    assert found["contact"] == "open311@kota.example"


def test_a_definition_is_there_exactly_when_a_service_says_so(face: Application) -> None:
    for service in read(face, "v2/services.json"):
        status = 200 if service["metadata"] else 404
        read(face, f"v2/services/{service['service_code']}.json", status)
    first, second = read(face, "v2/services/banjir.json")["attributes"]
    assert first["datatype_description"] == "Angka dari 1 sampai 500"
    assert (first["order"], second["order"]) == (1, 2) and "values" not in first
    assert second["values"] == [{"key": "hujan", "name": "Hujan"}]


def test_a_closed_request_was_updated_when_it_was_closed(face: Application) -> None:
    (found,) = read(face, f"v2/requests/{NUMBER}.json")
    assert found["status"] == "closed" and found["updated_datetime"] == "2026-11-04T08:00:00+00:00"
    assert found["requested_datetime"] == "2026-11-02T08:00:00+00:00"
    assert found["media_url"] == f"http://localhost/v1/reports/{ID}/photos/1"
    assert found["zipcode"] is None and "extended_attributes" not in found


def test_extensions_are_asked_for(face: Application) -> None:
    (found,) = read(face, "v2/requests.json?extensions=true")
    extra = found["extended_attributes"]
    assert extra["state"] == "closed" and len(extra["media_urls"]) == 2


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {"limit": 1000, "offset": 0}),
        ("service_request_id=A,%20B&status=nonsense", {"numbers": ["A", "B"]}),
        ("service_request_id=A&service_request_id=B", {"numbers": ["A", "B"]}),
        ("service_request_id=&status=open", {"statuses": ["open"], "limit": 1000, "offset": 0}),
        ("service_code=a,b&status=open,closed",
         {"categories": ["a", "b"], "statuses": ["open", "closed"], "limit": 1000, "offset": 0}),
        ("page=3&page_size=50", {"limit": 50, "offset": 100}),
        ("start_date=2026-01-01T00:00:00+07:00",
         {"since": "2026-01-01T00:00:00+07:00", "limit": 1000, "offset": 0}),
        ("end_date=2026-01-01T00:00:00Z",
         {"until": "2026-01-01T00:00:00.999999+00:00", "limit": 1000, "offset": 0}),
        ("jurisdiction_id=anything&api_key=x&_=1", {"limit": 1000, "offset": 0}),
    ],
)  # fmt: skip
def test_filters(face: Application, city: FakeCity, query: str, asked: dict[str, Any]) -> None:
    read(face, f"v2/requests.json?{query}")
    assert city.asked("find_reports") == [asked]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("v2/requests.json?status=done", "status"),
        ("v2/requests.json?start_date=yesterday", "start_date"),
        ("v2/requests.json?start_date=2026-01-01T00:00:00", "start_date"),
        ("v2/requests.json?end_date=2026-13-01T00:00:00Z", "end_date"),
        ("v2/requests.json?page_size=1001", "page_size"),
        ("v2/requests.json?page=102", "page"),
        ("v2/requests.json?near=here", "near"),
        ("v2/requests.json?page=1&page=2", "page"),
        (f"v2/requests/{NUMBER}.json?service_request_id=x", "service_request_id"),
        ("v2/services.json?callback=alert(1)//", "callback"),
        ("v2/services.csv", "format"),
    ],
)
def test_what_is_wrong_is_named(face: Application, city: FakeCity, path: str, name: str) -> None:
    errors = read(face, path, 400)
    assert [error["code"] for error in errors] == [400]
    assert name in errors[0]["description"]
    assert city.asked("find_reports") == []


@pytest.mark.parametrize("path", ["v2/nope.json", "v2/requests", "nope", "v2/services/a/b.json"])
def test_a_bad_address_is_a_bad_request(face: Application, path: str) -> None:
    assert read(face, path, 400)[0]["code"] == 400


def test_what_is_not_there(face: Application) -> None:
    for path in ("v2/requests/LP-1.json", "v2/services/nope.json", f"v2/tokens/{'0' * 36}.json"):
        assert [error["code"] for error in read(face, path, 404)] == [404]
    assert read(face, f"v2/tokens/{ID}.json") == [{"service_request_id": NUMBER, "token": ID}]


def test_other_methods_and_failures_keep_their_meaning(face: Application, city: FakeCity) -> None:
    refused = ask(face, "DELETE", "/open311/v2/requests.xml")
    assert refused.status_code == 405 and refused.headers["Allow"] == "GET, HEAD, POST"
    assert ElementTree.fromstring(refused.data).find("error/code").text == "405"  # type: ignore[union-attr]
    city.refusal = RuntimeError("canary")
    broken = ask(face, "GET", "/open311/v2/services.json")
    assert broken.status_code == 500 and b"canary" not in broken.data


def test_jsonp_is_only_for_a_function_and_for_json(face: Application) -> None:
    response = ask(face, "GET", "/open311/v2/services.json?callback=app.show")
    text = response.data.decode()
    assert text.startswith("/**/app.show([") and text.endswith("]);")
    assert response.headers["Content-Type"] == formats.JAVASCRIPT
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert ask(face, "GET", "/open311/v2/services.xml?callback=show").status_code == 400


def test_any_page_may_read_it(face: Application) -> None:
    headers = {"Origin": "https://app.example.org"}
    shared = ask(face, "GET", "/open311/v2/services.json", headers=headers)
    assert shared.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in shared.headers
    own = ask(face, "GET", "/v1/reports", headers=headers)
    assert "Access-Control-Allow-Origin" not in own.headers


def test_xml_names_what_json_does_not() -> None:
    value = {"a": None, "b": True, "values": [{"key": "k", "name": "<&>"}], "lat": -6.3}
    root = ElementTree.fromstring(formats.xml(value, "service_definition"))
    assert root.tag == "service_definition"
    assert [child.tag for child in root] == ["a", "b", "values", "lat"]
    assert root.findtext("a") == "" and root.findtext("b") == "true"
    assert root.findtext("values/value/name") == "<&>" and root.findtext("lat") == "-6.3"


@given(st.text())
def test_whatever_people_write_is_xml(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    read_back = ElementTree.fromstring(formats.xml({"description": text}, "r")).findtext("*") or ""
    # XML knows one kind of line end, and no control characters
    assert len(read_back) <= len(text)
    if text.isprintable():
        assert read_back == text


@given(st.text(alphabet="\u2028\u2029</script>'\"\\a"))
def test_a_script_ends_where_it_should(text: str) -> None:
    body = formats.response([text], "r", "json", callback="f").get_data(as_text=True)
    assert "\u2028" not in body and "\u2029" not in body
    assert json.loads(body.removeprefix("/**/f(").removesuffix(");")) == [text]
