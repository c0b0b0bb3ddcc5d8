"""Logging in, staying in, and what happens to a stolen token."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.cities import City
from tests.client import Answer, Client


def _log_in(city: City, login: str) -> Answer:
    body = {"login": login, "password": city.password(login)}
    return city.guest.post("/v1/auth/token", body)


def test_logins_cover_every_role_and_agency(city: City) -> None:
    assert city.logins.stat().st_mode & 0o777 == 0o600
    entries = json.loads(city.logins.read_text())
    roles = [entry["role"] for entry in entries]
    assert {"admin", "supervisor", "head", "auditor", "officer", "citizen"} == set(roles)
    assert roles.count("citizen") == 2 and roles.count("officer") == 10
    for entry in entries:
        assert set(entry) <= {"role", "agency", "login", "password"}


def test_a_token_names_one_role(city: City) -> None:
    tokens = _log_in(city, "officer-dlh").json
    assert tokens["expires_in"] >= 600
    me = Client(city.base_url, tokens["access_token"]).get("/v1/auth/me").json
    assert (me["login"], me["role"], me["agency"]) == ("officer-dlh", "officer", "DLH")


def test_wrong_and_unknown_are_told_alike(guest: Client) -> None:
    wrong = guest.post("/v1/auth/token", {"login": "citizen-2", "password": "wrong"})
    unknown = guest.post("/v1/auth/token", {"login": "nobody", "password": "wrong"})
    assert wrong.status == unknown.status == 401
    assert {k: v for k, v in wrong.json.items() if k != "request_id"} == {
        k: v for k, v in unknown.json.items() if k != "request_id"
    }


def test_a_used_refresh_token_ends_its_family(guest: Client, city: City) -> None:
    first = _log_in(city, "auditor").json["refresh_token"]
    second = guest.post("/v1/auth/refresh", {"refresh_token": first})
    assert second.status == 200
    assert guest.post("/v1/auth/refresh", {"refresh_token": first}).status == 401
    stolen = {"refresh_token": second.json["refresh_token"]}
    assert guest.post("/v1/auth/refresh", stolen).status == 401


def test_logging_out_ends_the_family(guest: Client, city: City) -> None:
    token = {"refresh_token": _log_in(city, "auditor").json["refresh_token"]}
    assert guest.post("/v1/auth/revoke", token).status == 200
    assert guest.post("/v1/auth/refresh", token).status == 401
    assert guest.post("/v1/auth/revoke", {"refresh_token": "x" * 43}).status == 200


def test_only_admins_make_accounts(admin: Client, citizen: Client, guest: Client) -> None:
    account = {"login": f"c-{uuid4()}", "password": "a long enough one", "role": "citizen"}
    assert guest.post("/v1/accounts", account).status == 401
    assert citizen.post("/v1/accounts", account).status == 403
    made = admin.post("/v1/accounts", account)
    assert made.status == 201 and "password" not in made.text
    assert admin.post("/v1/accounts", account).json["code"] == "login_taken"
    nowhere = account | {"login": f"o-{uuid4()}", "role": "officer", "agency": "NOPE"}
    assert admin.post("/v1/accounts", nowhere).json["errors"][0]["field"] == "agency"


def test_a_stale_token_does_not_hinder_a_login(city: City) -> None:
    stale = Client(city.base_url, "stale")
    assert stale.get("/v1/reports").status == 401
    assert stale.post("/v1/auth/token", {"login": "x", "password": "y"}).json["code"] == (
        "unauthenticated"
    )


def test_the_public_keys_hold_nothing_private(guest: Client) -> None:
    keys = guest.get("/.well-known/jwks.json").json["keys"]
    assert keys and all("d" not in key and key["crv"] == "Ed25519" for key in keys)
