"""Forged tokens, keys that change, and the cache that must not outlive them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.chassis import keyfile, tokens
from services.chassis.clock import FixedClock
from services.chassis.errors import Unauthenticated
from services.chassis.principal import Principal, Role
from services.chassis.tokens import TokenVerifier, issue

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
CITIZEN = Principal("01a20cfc-cc25-74ef-9d87-6baafa01c839", Role.CITIZEN)
LIFETIME = timedelta(minutes=15)


class Keys:
    """A JWKS file and the private keys behind it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = FixedClock(NOON)
        self.one = OKPKey.generate_key("Ed25519", auto_kid=True)
        self._written = 0
        self.publish(self.one)
        self.verifier = TokenVerifier(file, self.clock)

    def publish(self, *keys: OKPKey) -> None:
        self.file.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))
        self._written += 10
        os.utime(self.file, (NOW + self._written, NOW + self._written))

    def token(self, key: OKPKey | None = None, principal: Principal = CITIZEN) -> str:
        return issue(principal, key or self.one, self.clock, LIFETIME)

    def is_taken(self, token: str) -> bool:
        try:
            self.verifier.verify(token)
        except Unauthenticated:
            return False
        return True


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "jwks.json")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def right_claims() -> dict[str, Any]:
    return {"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": CITIZEN.subject,
            "role": "citizen", "iat": NOW, "nbf": NOW, "exp": NOW + 900}  # fmt: skip


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "ES256"])
@pytest.mark.parametrize("signature", ["", "AA"])
def test_right_claims_without_a_signature(keys: Keys, algorithm: str, signature: str) -> None:
    header = {"alg": algorithm, "kid": keys.one.kid}
    assert not keys.is_taken(f"{part(header)}.{part(right_claims())}.{signature}")


def test_right_claims_signed_with_every_form_of_the_public_key(keys: Keys) -> None:
    public = keys.one.as_dict(private=False)
    raw = base64.urlsafe_b64decode(str(public["x"]) + "=")
    signed = f"{part({'alg': 'HS256', 'kid': keys.one.kid})}.{part(right_claims())}"
    for secret in (raw, keys.one.as_pem(private=False), json.dumps(public).encode()):
        mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        assert not keys.is_taken(f"{signed}.{signature}")


def test_a_key_that_the_token_brings_along(keys: Keys) -> None:
    stranger = OKPKey.generate_key("Ed25519", auto_kid=True)
    for kid in (keys.one.kid, stranger.kid):
        header = {"alg": "EdDSA", "kid": kid, "jwk": stranger.as_dict(private=False)}
        forged = jwt.encode(header, right_claims(), stranger, algorithms=["EdDSA"])
        assert not keys.is_taken(forged)


def test_another_role_under_the_same_signature(keys: Keys) -> None:
    header, _, signature = keys.token().split(".")
    claims = part(right_claims() | {"role": "admin"})
    assert not keys.is_taken(f"{header}.{claims}.{signature}")


@given(place=st.floats(0, 1, exclude_max=True), letter=st.sampled_from("AQgwBz-_"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_changed_letter_is_noticed(keys: Keys, place: float, letter: str) -> None:
    token = keys.token()
    at = int(place * (len(token) - 1))  # the last letter holds unused bits
    if token[at] not in (".", letter):
        assert not keys.is_taken(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize(
    "header",
    [
        [], 1, None, {}, {"alg": ["EdDSA"]}, {"alg": {}}, {"kid": 1}, {"kid": ["x"]},
        {"crit": ["exp"]}, {"crit": ["b64"], "b64": False},
    ],
    ids=str,
)  # fmt: skip
def test_odd_headers(keys: Keys, header: object) -> None:
    if isinstance(header, dict):
        header = {"alg": "EdDSA", "kid": keys.one.kid} | header
    assert not keys.is_taken(f"{part(header)}.{part(right_claims())}.AAAA")


def test_deep_nesting_is_no_defect(keys: Keys) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 1_500).decode()
    assert not keys.is_taken(f"{deep}.e30.AA")
    assert not keys.is_taken(f"{part({'alg': 'EdDSA', 'kid': keys.one.kid})}.{deep}.AA")


def test_length_ends_at_the_limit(keys: Keys) -> None:
    def padded(letters: int) -> str:
        header = {"alg": "EdDSA", "kid": keys.one.kid}
        claims = right_claims() | {"padding": "x" * letters}
        return jwt.encode(header, claims, keys.one, algorithms=["EdDSA"])

    short, long = padded(2_500), padded(3_500)
    assert len(short) <= tokens.MAX_LENGTH < len(long)
    assert keys.is_taken(short) and not keys.is_taken(long)


@pytest.mark.parametrize(("ahead", "taken"), [(30, True), (31, False)])
@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_clocks_may_differ_by_half_a_minute(
    keys: Keys, claim: str, ahead: int, taken: bool
) -> None:
    claims = right_claims() | {claim: NOW + ahead}
    header = {"alg": "EdDSA", "kid": keys.one.kid}
    token = jwt.encode(header, claims, keys.one, algorithms=["EdDSA"])
    assert keys.is_taken(token) is taken


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.GUEST, Role.SYSTEM)])
def test_every_role_comes_back(keys: Keys, role: Role) -> None:
    principal = Principal(CITIZEN.subject, role, "DLH")
    assert keys.verifier.verify(keys.token(principal=principal)) == principal


@pytest.mark.parametrize("role", [Role.GUEST, Role.SYSTEM])
def test_nobody_holds_the_roles_of_nobody(keys: Keys, role: Role) -> None:
    assert not keys.is_taken(keys.token(principal=Principal("x", role)))


def test_keys_are_rotated_and_the_old_one_is_forgotten(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyfile, "_LOOK_SECONDS", 0.0)
    two = OKPKey.generate_key("Ed25519", auto_kid=True)
    old, new = keys.token(), keys.token(two)
    assert keys.is_taken(old) and not keys.is_taken(new)
    keys.publish(keys.one, two)
    assert keys.is_taken(old) and keys.is_taken(new)
    keys.publish(two)
    assert not keys.is_taken(old) and keys.is_taken(new)


@pytest.mark.parametrize("break_it", [Path.unlink, lambda file: file.write_text("{")])
def test_a_broken_key_file_leaves_the_keys_we_know(
    keys: Keys, monkeypatch: pytest.MonkeyPatch, break_it: Any
) -> None:
    monkeypatch.setattr(keyfile, "_LOOK_SECONDS", 0.0)
    token = keys.token()
    assert keys.is_taken(token)
    break_it(keys.file)
    assert keys.is_taken(token)


def test_the_cache_is_bounded(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_CACHED", 2)
    for _ in range(5):
        assert keys.is_taken(keys.token())
    assert len(keys.verifier._known) == 2


def test_refused_tokens_are_not_kept(keys: Keys) -> None:
    for number in range(5):
        assert not keys.is_taken(f"a.b.{number}")
    assert not keys.verifier._known
