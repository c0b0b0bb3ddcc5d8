"""What registry reads from the environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from environs import Env
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.chassis.secret_settings import file, private_key_in, secret_bytes
from services.chassis.settings import ServiceSettings, SettingsInvalid, setting


def signing_key(env: Env, name: str) -> OKPKey:
    """A file with a private Ed25519 key (a JWK with a kid)."""
    return private_key_in(file(env, name))


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What registry reads besides."""

    identity_signing_key: OKPKey = setting(
        signing_key, means="signs access tokens; its public half is in AUTH_PUBLIC_KEYS"
    )
    code_secret: bytes = setting(
        secret_bytes, means="one-time codes are derived from it; a new one voids those that are out"
    )

    def __post_init__(self) -> None:
        """Tokens that nobody can verify are found out at start. Raises SettingsInvalid."""
        own = _essence(self.identity_signing_key.as_dict(private=False))
        if own not in [_essence(key) for key in self.public_keys()["keys"]]:
            raise SettingsInvalid(
                ["AUTH_PUBLIC_KEYS: IDENTITY_SIGNING_KEY's public half is missing"]
            )

    def public_keys(self) -> dict[str, Any]:
        """The JWKS that verifies access tokens, as the file is now; never anything private."""
        try:
            keys = KeySet.import_key_set(json.loads(self.auth_public_keys.read_text())).keys
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            raise SettingsInvalid(["AUTH_PUBLIC_KEYS: is not a JWKS"]) from None
        return {"keys": [key.as_dict(private=False) for key in keys]}


def _essence(key: dict[str, Any]) -> tuple[Any, ...]:
    return key.get("kid"), key.get("crv"), key.get("x")
