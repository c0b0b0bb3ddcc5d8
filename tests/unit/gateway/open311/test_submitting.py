"""What apps send in: forms, files, keys."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from gateway.application import Application
from gateway.open311.apps import KEPT_SECONDS, Apps
from gateway.rates import Rates
from services.chassis.call import CallHeaders
from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text
from services.registry.contract import RefusedKey
from tests.unit.gateway.making import ask
from tests.unit.gateway.open311.making import FOUND, ID, KEY, FakeCity, make_face

NUMBER = FOUND["number"]
RIGHT = {"api_key": KEY, "service_code": "banjir", "lat": "-6.3", "long": "106.7"}


@pytest.fixture
def city() -> FakeCity:
    return FakeCity()


@pytest.fixture
def face(city: FakeCity) -> Application:
    return make_face(city)


def send(face: Application, data: Any, status: int = 200, query: str = "", **more: Any) -> Any:
    response = ask(face, "POST", f"/open311/v2/requests.json{query}", data=data, **more)
    assert response.status_code == status, response.data
    return json.loads(response.data)


def test_a_form_becomes_a_report_of_the_app(face: Application, city: FakeCity) -> None:
    form = RIGHT | {
        "attribute[dalam]": "30",
        "attribute[macam][]": ["hujan", "sungai"],
        "first_name": "Siti",
        "last_name": "Contoh",
        "email": "a@example.org",
        "phone": "021 555",
        "device_id": "d",
        "account_id": "a",
        "description": "",
        "jurisdiction_id": "x",
    }
    (taken,) = send(face, form, headers={"Idempotency-Key": "k"})
    assert taken["service_request_id"] == NUMBER and "token" not in taken
    assert taken["account_id"] is None and "BPBD" in taken["service_notice"]
    (operation, body, headers) = city.calls[-1]
    assert operation == "submit_request"
    assert body == {
        "category": "banjir",
        "lat": -6.3,
        "long": 106.7,
        "attributes": {"dalam": "30", "macam": ["hujan", "sungai"]},
        "contact_email": "a@example.org",
        "contact_name": "Siti Contoh",
        "contact_phone": "021 555",
    }
    assert headers.authorization == "a-token" and headers.idempotency_key == "k"


def test_a_token_for_those_who_prefer_it(face: Application) -> None:
    (taken,) = send(face, RIGHT, headers={"Prefer": "wait=5, respond-async"})
    assert taken["token"] == ID and "service_request_id" not in taken


def test_a_link_is_not_followed_and_that_is_said(face: Application, city: FakeCity) -> None:
    (taken,) = send(face, RIGHT | {"media_url": "http://10.0.0.1/secret"})
    assert "media_url" in taken["service_notice"]
    assert "10.0.0.1" not in json.dumps(city.asked("submit_request"))


def test_photos_are_sent_as_media(face: Application, city: FakeCity) -> None:
    for _ in range(2):
        photo = (io.BytesIO(b"x"), "a.jpg")
        send(face, RIGHT | {"media": photo, "description": "Ünïcode 🌊"})
    first, second = city.asked("submit_request")
    assert len(first["photos"]) == 1 and first["description"] == "Ünïcode 🌊"
    # the same form again is the same request again
    assert first == second
    many = RIGHT | {"media": [(io.BytesIO(b"x"), "a.jpg") for _ in range(7)]}
    assert "media" in send(face, many, 400)[0]["description"]
    wrong = RIGHT | {"picture": (io.BytesIO(b"x"), "a.jpg")}
    assert "media" in send(face, wrong, 400)[0]["description"]


@pytest.mark.parametrize("key", [None, "", "kota_wrong", "x" * 300])
def test_without_a_right_key_nothing_else_is_looked_at(
    face: Application, city: FakeCity, key: str | None
) -> None:
    form = {"lat": "nonsense"} | ({} if key is None else {"api_key": key})
    errors = send(face, form, 403)
    assert [error["code"] for error in errors] == [403]
    assert city.asked("submit_request") == []


def test_the_key_may_stand_in_the_address(face: Application) -> None:
    form = {name: value for name, value in RIGHT.items() if name != "api_key"}
    send(face, form, query=f"?api_key={KEY}&jurisdiction_id=x")
    send(face, form, 400, query=f"?api_key={KEY}&service_code=x")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"service_code": ""}, "service_code"),
        ({"lat": ""}, "lat"),
        ({"long": ""}, "long"),
        ({"lat": "", "long": ""}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "1e1"}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"email": "nobody"}, "email"),
        ({"description": "<b>x</b>"}, "description"),
        ({"description": "x" * 4001}, "description"),
        ({"address_string": "<script>"}, "address_string"),
        ({"colour": "red"}, "colour"),
        ({"attribute": "x"}, "attribute"),
        ({"description": "a\x00b"}, "description"),
    ],
)
def test_what_is_wrong_is_named(
    face: Application, city: FakeCity, change: dict[str, str], name: str
) -> None:
    errors = send(face, RIGHT | change, 400)
    assert name in errors[0]["description"]
    assert city.asked("submit_request") == []


def test_what_the_service_finds_has_open311s_names(face: Application, city: FakeCity) -> None:
    words = Text("Wrong.", id="Salah.")
    city.refusal = Invalid(
        errors=[
            FieldError("attributes.dalam", "required", words),
            FieldError("photos.0", "photo_twice", words),
        ]
    )
    errors = send(face, RIGHT, 400)
    assert [error["description"] for error in errors] == ["attribute[dalam]: Salah.",
                                                          "media: Salah."]  # fmt: skip
    city.refusal = Invalid(errors=[FieldError("category", "unknown_category", words)])
    assert [error["code"] for error in send(face, RIGHT, 404)] == [404]


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"api_key=%FF", "application/x-www-form-urlencoded"),
        (b"api_key=\xff", "application/x-www-form-urlencoded"),
        (b"api_key=x", "application/x-www-form-urlencoded; charset=latin-1"),
        (b"&".join(b"a%d=1" % n for n in range(200)), "application/x-www-form-urlencoded"),
        (b'{"api_key": "x"}', "application/json"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"lat=1&lat=2", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form(face: Application, raw: bytes, content_type: str) -> None:
    send(face, raw, 400, content_type=content_type)


def test_an_app_is_limited_by_its_own_key(city: FakeCity) -> None:
    city.keys[KEY] = 2
    face = make_face(city, rates=Rates())
    for _ in range(2):
        send(face, RIGHT)
    refused = ask(face, "POST", "/open311/v2/requests.json", data=RIGHT)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert json.loads(refused.data)[0]["code"] == 429


def test_a_revoked_key_is_found_out_within_seconds(city: FakeCity) -> None:
    now = [0.0]
    apps = Apps(city, clock=lambda: now[0])
    for _ in range(3):
        assert apps.open(KEY, CallHeaders()).id == "jalan.1"
    assert len(city.asked("open_app")) == 1
    del city.keys[KEY]
    now[0] = KEPT_SECONDS
    for _ in range(2):
        with pytest.raises(RefusedKey):
            apps.open(KEY, CallHeaders())
    assert len(city.asked("open_app")) == 3
