"""The state folder keeps what it made, and keeps it to itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.local import identity
from infra.local.state import PORT_NAMES, State


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    state = State(tmp_path / "state")
    state.prepare()
    return state


def test_ports_are_chosen_once_and_differ(state: State) -> None:
    ports = state.ports()
    assert set(ports) == set(PORT_NAMES) and len(set(ports.values())) == len(ports)
    assert state.ports() == ports


def test_secrets_are_made_once_for_us_alone(state: State) -> None:
    secret = state.password("x")
    assert len(secret) == 64 and state.password("x") == secret != state.password("y")
    assert state.secret("x").stat().st_mode & 0o777 == 0o600
    assert state.secret("x").parent.stat().st_mode & 0o777 == 0o700


def test_keys_stay_and_public_sets_hold_nothing_private(state: State) -> None:
    identity.make_keys(state)
    before = state.key("identity_jwks.json").read_text()
    identity.make_keys(state)
    assert state.key("identity_jwks.json").read_text() == before
    for name, count in (("identity_jwks.json", 1), ("audit_jwks.json", 4)):
        keys = json.loads(state.key(name).read_text())["keys"]
        assert len(keys) == count and all("d" not in key and key["kid"] for key in keys)


def test_logins_differ_from_machine_to_machine(state: State, tmp_path: Path) -> None:
    mine = identity.make_logins(state)
    assert identity.make_logins(state) == mine
    other = State(tmp_path / "other")
    other.prepare()
    passwords = {login["password"] for login in mine}
    assert passwords.isdisjoint(login["password"] for login in identity.make_logins(other))


def test_socket_paths_are_short(state: State) -> None:
    assert len(f"kota-{state.short}") < 20
