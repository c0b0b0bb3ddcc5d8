"""Keys and accounts of a new stack, different on every machine."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from infra.vault.needs import SERVICES
from infra.vault.vault import Vault, write
from services.chassis.city import load_city
from services.chassis.principal import service_subject

SUPERVISED_AGENCY = "DLH"
BACKUP_KEY, BACKUP_PUBLIC = "backup_signing.json", "backup_jwks.json"
# services that call others
CALLERS = ("notify",)


def make_keys(vault: Vault) -> None:
    """Ed25519 keys: for tokens, of each service for its seals, of those that call, for backups."""
    identity = _key(vault, "identity_signing_key.json")
    write(vault.key("identity_jwks.json"), _public([identity]))
    seals = [_key(vault, f"audit_{service}.json") for service in SERVICES]
    write(vault.key("audit_jwks.json"), _public(seals))
    callers = [_key(vault, f"service_{name}.json", kid=service_subject(name)) for name in CALLERS]
    write(vault.key("service_jwks.json"), _public(callers))
    write(vault.key(BACKUP_PUBLIC), _public([_key(vault, BACKUP_KEY)]))


def make_logins(file: Path, city_pack: Path) -> list[dict[str, str]]:
    """One admin, supervisor, head and auditor, an officer per agency, two synthetic citizens.

    They are kept in the file; agencies that joined the city pack since then get their officer, and
    who was of one that left it is no longer there.
    """
    known = json.loads(file.read_text()) if file.exists() else []
    agencies = list(load_city(city_pack).agencies)
    logins = {one["login"]: one for one in known if one.get("agency") in (None, *agencies)}
    for wanted in _wanted(agencies):
        logins.setdefault(wanted["login"], {**wanted, "password": secrets.token_urlsafe(18)})
    found = list(logins.values())
    if found != known:
        write(file, json.dumps(found, indent=1))
    return found


def _wanted(agencies: list[str]) -> list[dict[str, str]]:
    supervised = SUPERVISED_AGENCY if SUPERVISED_AGENCY in agencies else agencies[0]
    staff = [
        {"role": "admin", "login": "admin"},
        {"role": "supervisor", "agency": supervised, "login": "supervisor"},
        {"role": "head", "agency": supervised, "login": "head"},
        {"role": "auditor", "login": "auditor"},
    ]
    officers = [
        {"role": "officer", "agency": code, "login": f"officer-{code.lower()}"} for code in agencies
    ]
    citizens = [{"role": "citizen", "login": f"citizen-{number}"} for number in (1, 2)]
    return [*staff, *officers, *citizens]


def _key(vault: Vault, name: str, kid: str | None = None) -> OKPKey:
    def make() -> str:
        named: Any = {"use": "sig", "alg": "EdDSA"} | ({"kid": kid} if kid else {})
        key = OKPKey.generate_key("Ed25519", named, auto_kid=kid is None)
        return json.dumps(key.as_dict(private=True))

    return OKPKey.import_key(json.loads(vault.once(name, make)))


def _public(keys: list[OKPKey]) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}
