"""How a service proves to another one which it is: tokens of a minute, signed with its own key.

The key's id is `service:<name>`, and a token signed with it can name nobody else.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from joserfc.jwk import OKPKey

from services.chassis import tokens
from services.chassis.clock import Clock
from services.chassis.principal import Principal, Role, service_subject

LIFETIME = timedelta(minutes=1)
_RENEWED_BEFORE = timedelta(seconds=20)


class ServiceTokens:
    """Makes them. key_file: the service's private Ed25519 key, a JWK. Raises ValueError."""

    def __init__(self, service: str, key_file: Path, clock: Clock) -> None:
        self._principal = Principal(service_subject(service), Role.SYSTEM)
        self._key = OKPKey.import_key(json.loads(key_file.read_text()))
        if self._key.kid != self._principal.subject or not self._key.is_private:
            raise ValueError(f"{key_file} is not the private key of {self._principal.subject}")
        self._clock = clock
        self._token = ""
        self._ends: datetime | None = None

    def token(self) -> str:
        """One that is still good for a while."""
        now = self._clock.now()
        if self._ends is None or now > self._ends - _RENEWED_BEFORE:
            self._token = tokens.issue(self._principal, self._key, self._clock, LIFETIME)
            self._ends = now + LIFETIME
        return self._token
