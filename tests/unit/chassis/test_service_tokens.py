"""A service proves which one it is, and can prove to be no other and no person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from services.chassis import tokens
from services.chassis.clock import FixedClock
from services.chassis.contract import Operation
from services.chassis.errors import Unauthenticated
from services.chassis.fields import Nothing
from services.chassis.principal import EVERYBODY, GUEST, INTERNAL, Principal, Role
from services.chassis.service_tokens import LIFETIME, ServiceTokens
from services.chassis.text import Text
from services.chassis.tokens import TokenVerifier

WORDS = Text("x", id="x")
FOR_NOTIFY = Operation("a", Nothing, Nothing, WORDS, access=INTERNAL, callers=("notify",))
FOR_ALL = Operation("b", Nothing, Nothing, WORDS, access=EVERYBODY)


def key(kid: str) -> OKPKey:
    named: Any = {"kid": kid, "use": "sig", "alg": "EdDSA"}
    return OKPKey.generate_key("Ed25519", named)


class Keys:
    """Registry's key, and those of two services."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
        self.people = key("people")
        self.services = {name: key(f"service:{name}") for name in ("notify", "permits")}
        self.folder = folder
        self._write("people.json", [self.people])
        self._write("services.json", list(self.services.values()))
        for name, own in self.services.items():
            (folder / name).write_text(json.dumps(own.as_dict(private=True)))
        self.verifier = TokenVerifier(folder / "people.json", self.clock, folder / "services.json")

    def _write(self, name: str, found: list[OKPKey]) -> None:
        public = {"keys": [one.as_dict(private=False) for one in found]}
        (self.folder / name).write_text(json.dumps(public))

    def of(self, name: str) -> ServiceTokens:
        return ServiceTokens(name, self.folder / name, self.clock)

    def forged(self, principal: Principal, by: OKPKey) -> str:
        return tokens.issue(principal, by, self.clock, timedelta(minutes=1))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def test_a_service_is_known_and_may_call_what_names_it(keys: Keys) -> None:
    notify = keys.verifier.verify(keys.of("notify").token())
    permits = keys.verifier.verify(keys.of("permits").token())
    assert notify == Principal("service:notify", Role.SYSTEM)
    assert FOR_NOTIFY.admits(notify) and not FOR_NOTIFY.admits(permits)
    assert not FOR_ALL.admits(notify)  # a service is nobody of the people
    for role in EVERYBODY:
        assert not FOR_NOTIFY.admits(Principal("service:notify", role))
    assert not FOR_NOTIFY.admits(GUEST)


def test_it_is_renewed_before_it_ends(keys: Keys) -> None:
    notify = keys.of("notify")
    first = notify.token()
    assert notify.token() == first
    keys.clock.move(LIFETIME - timedelta(seconds=10))
    second = notify.token()
    assert second != first
    keys.clock.move(timedelta(seconds=10))
    assert keys.verifier.verify(second).role is Role.SYSTEM
    with pytest.raises(Unauthenticated):
        keys.verifier.verify(first)


@pytest.mark.parametrize(
    "principal",
    [
        Principal("service:permits", Role.SYSTEM),
        Principal("admin", Role.ADMIN),
        Principal("service:notify", Role.ADMIN),
        Principal("system", Role.SYSTEM),
    ],
)
def test_a_services_key_speaks_for_that_service_only(keys: Keys, principal: Principal) -> None:
    with pytest.raises(Unauthenticated):
        keys.verifier.verify(keys.forged(principal, keys.services["notify"]))


def test_registrys_key_makes_no_service(keys: Keys) -> None:
    with pytest.raises(Unauthenticated):
        keys.verifier.verify(keys.forged(Principal("service:notify", Role.SYSTEM), keys.people))


def test_who_knows_no_services_lets_none_in(keys: Keys) -> None:
    gateway = TokenVerifier(keys.folder / "people.json", keys.clock)
    with pytest.raises(Unauthenticated):
        gateway.verify(keys.of("notify").token())


def test_a_key_of_another_name_is_refused_at_start(keys: Keys) -> None:
    with pytest.raises(ValueError, match="private key of service:reports"):
        ServiceTokens("reports", keys.folder / "notify", keys.clock)
