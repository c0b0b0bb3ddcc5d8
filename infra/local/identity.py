"""Keys and accounts of a new stack, different on every machine."""

from __future__ import annotations

import json
import secrets
from typing import Any

from joserfc.jwk import OKPKey

from infra.local.state import CITY_PACK, SERVICES, State, write
from services.chassis.city import load_city
from services.chassis.principal import service_subject

SUPERVISED_AGENCY = "DLH"
# services that call others
CALLERS = ("notify",)


def make_keys(state: State) -> None:
    """Ed25519 keys: registry's for tokens, each service's for its seals, and of those that call."""
    identity = _key(state, "identity_signing_key.json")
    write(state.key("identity_jwks.json"), _public([identity]))
    seals = [_key(state, f"audit_{service}.json") for service in SERVICES]
    write(state.key("audit_jwks.json"), _public(seals))
    callers = [_key(state, f"service_{name}.json", kid=service_subject(name)) for name in CALLERS]
    write(state.key("service_jwks.json"), _public(callers))


def make_logins(state: State) -> list[dict[str, str]]:
    """One admin, supervisor, head and auditor, an officer per agency, two synthetic citizens.

    Made once; agencies that joined the city pack since then get their officer.
    """
    known = json.loads(state.logins.read_text()) if state.logins.exists() else []
    logins = {login["login"]: login for login in known}
    for wanted in _wanted():
        logins.setdefault(wanted["login"], {**wanted, "password": secrets.token_urlsafe(18)})
    found = list(logins.values())
    if found != known:
        write(state.logins, json.dumps(found, indent=1))
    return found


def _wanted() -> list[dict[str, str]]:
    staff = [
        {"role": "admin", "login": "admin"},
        {"role": "supervisor", "agency": SUPERVISED_AGENCY, "login": "supervisor"},
        {"role": "head", "agency": SUPERVISED_AGENCY, "login": "head"},
        {"role": "auditor", "login": "auditor"},
    ]
    officers = [
        {"role": "officer", "agency": code, "login": f"officer-{code.lower()}"}
        for code in load_city(CITY_PACK).agencies
    ]
    citizens = [{"role": "citizen", "login": f"citizen-{number}"} for number in (1, 2)]
    return [*staff, *officers, *citizens]


def _key(state: State, name: str, kid: str | None = None) -> OKPKey:
    def make() -> str:
        named: Any = {"use": "sig", "alg": "EdDSA"} | ({"kid": kid} if kid else {})
        key = OKPKey.generate_key("Ed25519", named, auto_kid=kid is None)
        return json.dumps(key.as_dict(private=True))

    return OKPKey.import_key(json.loads(state.once(name, make)))


def _public(keys: list[OKPKey]) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}
