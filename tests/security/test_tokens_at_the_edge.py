"""Forged tokens over HTTP: 401, whatever was forged. The rest is in the verifier's own tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from infra.local.stack import Stack
from services.chassis import tokens
from tests.client import Client

SUBJECT = "01a20cfc-cc25-74ef-9d87-6baafa01c839"


@pytest.fixture(scope="module")
def key(stack: Stack) -> OKPKey:
    """The key by which the running registry signs."""
    return OKPKey.import_key(
        json.loads(stack.state.secret("identity_signing_key.json").read_text())
    )


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    right = {"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": SUBJECT, "role": "citizen",
             "iat": now, "nbf": now, "exp": now + 600}  # fmt: skip
    return {name: value for name, value in (right | changed).items() if value is not None}


def signed(key: OKPKey, header: dict[str, Any] | None = None, **changed: Any) -> str:
    full = {"alg": "EdDSA", "kid": key.kid, "typ": "at+jwt"} | (header or {})
    full = {name: value for name, value in full.items() if value is not None}
    return jwt.encode(full, claims(**changed), key, algorithms=["EdDSA"])


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def with_hmac(key: OKPKey) -> str:
    head = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims())}"
    mac = hmac.new(key.as_pem(private=False), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def status_of(stack: Stack, token: str) -> int:
    answer = Client(stack.base_url, token).get("/v1/notifications")
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["code"] == "unauthenticated"
    return answer.status


def test_a_right_token_is_taken(stack: Stack, key: OKPKey) -> None:
    assert status_of(stack, signed(key)) == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1}, {"exp": None}, {"exp": "2100-01-01"}, {"nbf": 4_000_000_000}, {"nbf": None},
        {"iat": 4_000_000_000}, {"aud": "somebody-else"}, {"aud": None}, {"iss": "evil.example"},
        {"iss": None}, {"sub": ""}, {"sub": None}, {"sub": "x" * 65}, {"role": "guest"},
        {"role": "system"}, {"role": "god"}, {"role": ["admin"]}, {"role": "officer"},
    ],
)  # fmt: skip
def test_right_signature_wrong_claim(stack: Stack, key: OKPKey, changed: dict[str, Any]) -> None:
    assert status_of(stack, signed(key, **changed)) == 401


@pytest.mark.parametrize(
    "kid", [None, "unknown", "../../etc/passwd", "/dev/null", "http://127.0.0.1/jwks.json",
            "' OR 1=1 --", "\u0000"],
)  # fmt: skip
def test_a_key_that_is_not_ours(stack: Stack, key: OKPKey, kid: str | None) -> None:
    assert status_of(stack, signed(key, {"kid": kid})) == 401


def test_without_a_real_signature(stack: Stack, key: OKPKey) -> None:
    head, body, signature = signed(key).split(".")
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(key.kid)})
    forged = [
        f"{part({'alg': 'none', 'kid': key.kid})}.{body}.",
        f"{part({'alg': 'none', 'kid': key.kid})}.{body}.{signature}",
        f"{head}.{part(claims(role='admin'))}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}",
        f"{head}..{signature}",
        "a.b.c",
        "x" * 5_000,
        with_hmac(key),
        signed(stranger),
        signed(stranger, {"kid": key.kid}),
        f"{part({'alg': 'EdDSA'})}.{body}.{signature}",
    ]
    assert [status_of(stack, token) for token in forged] == [401] * len(forged)
