"""Tokens that are not ours, not yet, or no longer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.chassis.clock import FixedClock
from services.chassis.errors import Unauthenticated
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.tokens import AUDIENCE, ISSUER, TokenVerifier, issue

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
OFFICER = Principal("01a20cfc-cc25-74ef-9d87-6baafa01c839", Role.OFFICER, "DLH")
Forge = Callable[..., str]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def key() -> OKPKey:
    return OKPKey.generate_key("Ed25519", auto_kid=True)


@pytest.fixture
def verifier(key: OKPKey, clock: FixedClock, tmp_path: Path) -> TokenVerifier:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return TokenVerifier(file, clock)


@pytest.fixture
def forge(key: OKPKey) -> Forge:
    """A token with any claims and headers, signed with any key."""

    def make(signed_with: Any = None, header: Any = None, **claims: Any) -> str:
        now = int(NOON.timestamp())
        right = {"iss": ISSUER, "aud": AUDIENCE, "sub": OFFICER.subject, "role": "officer",
                 "agency": "DLH", "iat": now, "nbf": now, "exp": now + 900}  # fmt: skip
        head = {"alg": "EdDSA", "kid": key.kid} | (header or {})
        given = {k: v for k, v in (right | claims).items() if v is not None}
        return jwt.encode(head, given, signed_with or key, algorithms=[head["alg"]])

    return make


def test_ours_is_taken_until_it_expires(
    verifier: TokenVerifier, key: OKPKey, clock: FixedClock
) -> None:
    token = issue(OFFICER, key, clock, timedelta(minutes=15))
    assert verifier.verify(token) == OFFICER
    clock.move(timedelta(minutes=14, seconds=59))
    assert verifier.verify(token) == OFFICER
    clock.move(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


def test_none_is_a_guest(verifier: TokenVerifier) -> None:
    assert verifier.verify(None) == GUEST


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"}, {"aud": "other"}, {"aud": ["kota-cerdas"]}, {"exp": None},
        {"exp": int(NOON.timestamp()) - 1}, {"nbf": int(NOON.timestamp()) + 60}, {"exp": "later"},
        {"role": ["officer", "admin"]}, {"role": "guest"}, {"role": "system"}, {"role": None},
        {"agency": None}, {"agency": ["DLH"]}, {"sub": None}, {"sub": "x" * 65}, {"exp": True},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_claims(verifier: TokenVerifier, forge: Forge, claims: dict[str, Any]) -> None:
    assert verifier.verify(forge()) == OFFICER
    with pytest.raises(Unauthenticated):
        verifier.verify(forge(**claims))


@pytest.mark.parametrize("kid", ["unknown", "../../etc/passwd", ""])
def test_wrong_kid(verifier: TokenVerifier, forge: Forge, kid: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(forge(header={"kid": kid}))


def test_another_key_under_our_kid(verifier: TokenVerifier, forge: Forge) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(forge(signed_with=OKPKey.generate_key("Ed25519")))


def test_the_public_key_as_a_shared_secret(
    verifier: TokenVerifier, forge: Forge, key: OKPKey
) -> None:
    public = OctKey.import_key(str(key.as_dict(private=False)["x"]))
    with pytest.raises(Unauthenticated):
        verifier.verify(forge(signed_with=public, header={"alg": "HS256"}))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 5000,
                                   "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])  # fmt: skip
def test_garbage(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(token)
