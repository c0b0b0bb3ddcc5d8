"""The state folder keeps what it made, and keeps it to itself."""

from __future__ import annotations

import json
from pathlib import Path

from infra.local.state import (
    CITY_PACK,
    GATEWAY_ADMIN_BASE,
    MOST_GATEWAYS,
    PORT_NAMES,
    SERVICES,
    State,
    write,
)
from infra.vault import identity
from services.chassis.city import load_city
from tests.unit.city.tiny import write_pack


def test_ports_are_chosen_once_and_differ(state: State) -> None:
    ports = state.ports()
    assert set(ports) == {*PORT_NAMES, GATEWAY_ADMIN_BASE}
    assert len(set(ports.values())) == len(ports)
    assert state.ports() == ports


def test_each_process_has_an_admin_port_of_its_own(state: State) -> None:
    gateways = [f"gateway-{number}" for number in range(MOST_GATEWAYS)]
    admin = [state.admin_port(process) for process in (*SERVICES, *gateways)]
    others = [state.ports()[name] for name in ("postgres", "amqp", "amqp_distribution", "epmd")]
    assert len({*admin, *others}) == len(admin) + len(others)
    assert state.admin_port("gateway") == state.admin_port("gateway-0")
    assert state.ports()[GATEWAY_ADMIN_BASE] % 10 == 0


def test_a_state_from_before_gets_the_ports_it_lacks(state: State) -> None:
    old = {"postgres": 15_001, "amqp": 15_002, "gateway_admin": 15_003}
    write(state.folder / "ports.json", json.dumps(old))
    ports = state.ports()
    assert old.items() <= ports.items() and {*PORT_NAMES, GATEWAY_ADMIN_BASE} <= set(ports)


def test_secrets_are_made_once_for_us_alone(state: State) -> None:
    secret = state.password("x")
    assert len(secret) == 64 and state.password("x") == secret != state.password("y")
    assert state.secret("x").stat().st_mode & 0o777 == 0o600
    for folder in (state.secret("x").parent, state.files):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_keys_stay_and_public_sets_hold_nothing_private(state: State) -> None:
    identity.make_keys(state)
    before = state.key("identity_jwks.json").read_text()
    identity.make_keys(state)
    assert state.key("identity_jwks.json").read_text() == before
    for name, count in (("identity_jwks.json", 1), ("audit_jwks.json", 4)):
        keys = json.loads(state.key(name).read_text())["keys"]
        assert len(keys) == count and all("d" not in key and key["kid"] for key in keys)


def test_logins_differ_from_machine_to_machine(state: State, tmp_path: Path) -> None:
    mine = identity.make_logins(state.logins, CITY_PACK)
    assert identity.make_logins(state.logins, CITY_PACK) == mine
    other = State(tmp_path / "other")
    other.prepare()
    passwords = {login["password"] for login in mine}
    assert passwords.isdisjoint(
        login["password"] for login in identity.make_logins(other.logins, CITY_PACK)
    )


def test_logins_follow_the_agencies_of_the_pack(state: State, tmp_path: Path) -> None:
    before = identity.make_logins(state.logins, CITY_PACK)
    after = identity.make_logins(state.logins, write_pack(tmp_path / "tiny"))
    known = set(load_city(tmp_path / "tiny").agencies)
    assert {one["agency"] for one in after if "agency" in one} == known
    people = [one for one in before if "agency" not in one]
    assert [one for one in after if one in before] == people


def test_socket_paths_are_short(state: State) -> None:
    assert len(f"kota-{state.short}") < 20
