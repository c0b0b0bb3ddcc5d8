"""Open311 GeoReport v2, what is sent: each test has the number of its point in the checklist."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from requests import Request as Prepared

from tests.cities import City
from tests.client import Answer, Client
from tests.e2e.open311.conftest import App, kota, new_key
from tests.waiting import eventually

CANARY = "canary-open311"
PERSON = {
    "email": f"{CANARY}@example.org", "device_id": f"{CANARY}-device",
    "account_id": f"{CANARY}-account", "first_name": f"{CANARY}-first",
    "last_name": f"{CANARY}-last", "phone": f"{CANARY}-phone",
}  # fmt: skip


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).save(out, "PNG")
    return out.getvalue()


def send_files(app: App, files: list[tuple[str, tuple[str, bytes]]], **fields: str) -> Answer:
    """A multipart form, as `requests` makes it."""
    given = {"api_key": app.key, "service_code": "sampah", "lat": "-6.3223", "long": "106.6943"}
    made = Prepared("POST", "http://x", data=given | fields, files=files).prepare()
    body, kind = made.body, made.headers["Content-Type"]
    assert isinstance(body, bytes) and isinstance(kind, str)
    return app.client.post("/open311/v2/requests.json", body, Content_Type=kind)


def described(answer: Answer) -> str:
    return " ".join(one["description"] for one in answer.json)


def test_23_a_form(app: App) -> None:
    assert app.send({"description": "x"}).status == 200
    wrong = app.client.post("/open311/v2/requests.json", {"api_key": app.key})
    assert wrong.status == 400


@pytest.mark.parametrize("key", [None, "", "kota_nonsense"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_24_the_key(app: App, key: str | None, form: str) -> None:
    refused = app.send({"api_key": key, "lat": "nonsense"}, form)
    assert refused.status == 403
    assert b"403" in refused.content and b"nonsense" not in refused.content


def test_25_the_service(app: App) -> None:
    missing = app.send({"service_code": None})
    assert missing.status == 400 and "service_code" in described(missing)
    unknown = app.send({"service_code": "nope"})
    assert unknown.status == 404 and "service_code" in described(unknown)


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ({"lat": "-6.3223", "long": "106.6943"}, 200),
        ({"address_string": "Jalan Melati 5, Ciater, Serpong"}, 200),
        ({"address_id": "36.74.01.1001"}, 200),
        ({}, 400),
        ({"lat": "-6.3223"}, 400),
        ({"long": "106.6943"}, 400),
        ({"lat": "1", "long": "1"}, 400),
        ({"lat": "here", "long": "there"}, 400),
        ({"address_string": "Jalan Melati 5"}, 400),
        ({"address_id": "36.74.99.9999"}, 400),
    ],
)
def test_26_the_place(app: App, place: dict[str, str], status: int) -> None:
    answer = app.send({"lat": None, "long": None} | place)
    assert answer.status == status, answer.text
    if status == 200 and "lat" not in place:
        number = answer.json[0]["service_request_id"]
        (found,) = app.read(f"v2/requests/{number}.json")
        assert found["address_id"] == "36.74.01.1001" and found["service_notice"]
        assert found["address"] == place.get("address_string", "Ciater")


def test_27_to_29_attributes(app: App) -> None:
    answers = {"attribute[volume]": "truk", "attribute[jenis][]": ["hijau", "bangunan"]}
    app.sent(**answers)
    token, _ = app.sent_as_token(**answers)
    attributes = app.client.get(f"/v1/reports/{token}").json["attributes"]
    assert attributes == {"volume": "truk", "jenis": ["hijau", "bangunan"]}
    depth, _ = app.sent_as_token(**{"service_code": "banjir", "attribute[kedalaman_cm]": "40"})
    assert app.client.get(f"/v1/reports/{depth}").json["attributes"] == {"kedalaman_cm": 40}
    for wrong in ({"attribute[volume]": "gunung"}, {"attribute[jenis][]": ["hijau", "ungu"]},
                  {"attribute[nope]": "x"}):  # fmt: skip
        refused = app.send(wrong)
        assert refused.status == 400 and next(iter(wrong)).rstrip("[]") in described(refused)
    # a required one that is missing: tests/integration/reports/test_requests.py


def test_30_45_who_reports_is_never_shown(app: App, officer: Client, other_officer: Client) -> None:
    answer = app.send(PERSON | {"description": "x", "media_url": "http://10.0.0.1/x.jpg"})
    assert answer.status == 200 and answer.json[0]["account_id"] is None
    token, number = app.sent_as_token(**PERSON)
    for path in (f"v2/requests/{number}", "v2/requests", f"v2/tokens/{token}"):
        for form in ("json?extensions=true", "xml") if "tokens" not in path else ("json", "xml"):
            shown = app.client.get(f"/open311/{path}.{form}")
            assert shown.status == 200 and CANARY not in shown.text
    for client in (app.client, other_officer):
        assert CANARY not in client.get(f"/v1/reports/{token}").text
    seen = officer.get(f"/v1/reports/{token}").json
    assert seen["app"] == app.id and seen["contact"]["phone"] == PERSON["phone"]
    assert seen["contact"]["name"] == f"{CANARY}-first {CANARY}-last"
    for name in ("email", "device_id", "account_id"):
        assert PERSON[name] not in json.dumps(seen)


def test_30_the_reporter_is_written_to(app: App, city: City) -> None:
    number = app.sent(email="pelapor-open311@example.org")
    files = lambda: [f.read_text(errors="replace") for f in (city.mail() / "new").iterdir()]  # noqa: E731
    eventually(lambda: any(number in text for text in files()), 30, "a letter about it")


def test_31_descriptions(app: App) -> None:
    app.sent(description="x" * 4000)
    assert app.send({"description": "x" * 4001}).status == 400
    assert app.send({"description": "<b>tebal</b>"}).status == 400
    app.sent(description="lebih tinggi dari 3 < 4")


def test_32_what_is_answered(app: App) -> None:
    (taken,) = app.send({"description": "x"}).json
    assert set(taken) == {"service_request_id", "service_notice", "account_id"}
    assert "DLH" in taken["service_notice"] or "Lingkungan" in taken["service_notice"]
    root = ElementTree.fromstring(app.send({"description": "x"}, "xml").content)
    assert root.tag == "service_requests" and root.findtext("request/service_request_id")
    (later,) = app.send({}, Prefer="respond-async").json
    assert set(later) == {"token", "service_notice", "account_id"}


def test_32_a_request_sent_again_is_one(app: App) -> None:
    keys = {"Idempotency_Key": f"uji-{id(app)}"}
    first, again = (app.send({"description": "x"}, **keys) for _ in range(2))
    assert first.json == again.json
    assert app.send({"description": "y"}, **keys).status == 400


def test_33_media(app: App) -> None:
    photo = ("media", ("foto.png", picture()))
    answer = send_files(app, [photo], description="Dengan foto")
    assert answer.status == 200, answer.text
    number = answer.json[0]["service_request_id"]
    (found,) = app.read(f"v2/requests/{number}.json")
    path = found["media_url"].partition("/v1/")[2]
    shown = app.client.get(f"/v1/{path}")
    assert shown.status == 200 and shown.headers["Content-Type"] == "image/jpeg"
    broken = send_files(app, [("media", ("foto.png", b"no picture"))])
    assert broken.status == 400 and "media" in described(broken)
    assert send_files(app, [photo] * 7).status == 400
    assert send_files(app, [("file", ("foto.png", picture()))]).status == 400


def test_34_tokens(app: App) -> None:
    token, number = app.sent_as_token()
    assert app.read(f"v2/tokens/{token}.json") == [{"service_request_id": number, "token": token}]
    root = app.read_xml(f"v2/tokens/{token}.xml")
    assert root.findtext("request/service_request_id") == number
    for unknown in ("nope", "01a20cfc-cc25-74ef-9d87-6baafa01c839"):
        assert app.client.get(f"/open311/v2/tokens/{unknown}.json").status == 404


def test_a_revoked_key_works_no_more(city: City, app: App) -> None:
    made = new_key(city, "dicabut")
    assert made["key"].startswith("kota_") and len(made["key"]) > 32
    gone = App(app.client, made["key"], made["id"])
    gone.sent()
    kota(city, "apikey", "revoke", made["id"])
    eventually(lambda: gone.send({}).status == 403, 5, "the refusal")
    listed: Any = kota(city, "apikey", "list", "--all")
    (row,) = [one for one in listed if one["id"] == made["id"]]
    assert row["revoked_at"] and row["last_used_on"] and made["key"] not in json.dumps(listed)
