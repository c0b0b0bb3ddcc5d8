"""Access tokens: short-lived EdDSA JWTs that every service verifies by itself."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.chassis.clock import Clock
from services.chassis.errors import Unauthenticated
from services.chassis.ids import new_id
from services.chassis.principal import AGENCY_STAFF, GUEST, Principal, Role
from services.chassis.text import Text

log = structlog.get_logger(__name__)

ISSUER = AUDIENCE = "kota-cerdas"
ALGORITHM = "EdDSA"
MAX_LENGTH = 4_096
LEEWAY_SECONDS = 30
# RFC 9864 renames it to Ed25519; the verifiers in the field know EdDSA
warnings.filterwarnings("ignore", message="EdDSA is deprecated")
_CACHED = 10_000
_LOOK_SECONDS = 10.0
_HOLDERS = frozenset(Role) - {Role.GUEST, Role.SYSTEM}
_INVALID = Text("The access token is not valid", id="Token akses tidak sah")
_EXPIRED = Text("The access token has expired", id="Token akses sudah kedaluwarsa")


def issue(principal: Principal, key: OKPKey, clock: Clock, lifetime: timedelta) -> str:
    """A signed access token that names exactly one role."""
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": principal.subject,
        "role": principal.role.value,
        "iat": now,
        "nbf": now,
        "exp": now + int(lifetime.total_seconds()),
        "jti": new_id(),
    }
    if principal.agency:
        claims["agency"] = principal.agency
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Verifies tokens with public keys from a JWKS file, so it works while registry is down.

    The file is looked at again when it changes, so that keys can be rotated.
    """

    def __init__(self, public_keys: Path, clock: Clock) -> None:
        self._file = public_keys
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()
        self._looked_at = 0.0
        self._modified = 0.0
        self._keys: dict[str, OKPKey] = {}
        self._look()

    def verify(self, token: str | None) -> Principal:
        """Who holds the token; GUEST if there is none. Raises Unauthenticated."""
        if token is None:
            return GUEST
        if len(token) > MAX_LENGTH or not token.isascii():
            raise Unauthenticated(_INVALID)
        self._look()
        digest = hashlib.sha256(token.encode()).digest()
        found = self._known.get(digest)
        if found is None:
            found = self._read(token)
            self._known[digest] = found
            if len(self._known) > _CACHED:
                self._known.popitem(last=False)
        principal, expires = found
        if expires <= self._clock.now().timestamp():
            raise Unauthenticated(_EXPIRED)
        return principal

    def _read(self, token: str) -> tuple[Principal, float]:
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(_INVALID) from error
        return self._principal(decoded.claims), float(decoded.claims["exp"])

    def _key_of(self, token: Any) -> OKPKey:
        headers = token.headers()
        if headers.get("crit") or not isinstance(headers.get("kid"), str):
            raise ValueError("kid")
        return self._keys[headers["kid"]]

    def _principal(self, claims: dict[str, Any]) -> Principal:
        now = self._clock.now().timestamp()
        times = [claims.get(name) for name in ("exp", "nbf", "iat")]
        if not all(isinstance(t, (int, float)) and not isinstance(t, bool) for t in times):
            raise Unauthenticated(_INVALID)
        if max(claims["nbf"], claims["iat"]) > now + LEEWAY_SECONDS:
            raise Unauthenticated(_INVALID)
        if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise Unauthenticated(_INVALID)
        return _holder(claims)

    def _look(self) -> None:
        if time.monotonic() - self._looked_at < _LOOK_SECONDS and self._keys:
            return
        self._looked_at = time.monotonic()
        try:
            modified = self._file.stat().st_mtime
            if modified == self._modified:
                return
            keys = KeySet.import_key_set(json.loads(self._file.read_text())).keys
        except (OSError, ValueError, JoseError):
            if not self._keys:
                raise
            # somebody is writing it, or broke it: go on with the keys we know
            log.warning("the public keys cannot be read", exc_info=True)
            return
        self._keys = {str(k.kid): k for k in keys if isinstance(k, OKPKey)}
        self._modified = modified
        self._known.clear()


def _holder(claims: dict[str, Any]) -> Principal:
    subject, role, agency = claims.get("sub"), claims.get("role"), claims.get("agency")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 64:
        raise Unauthenticated(_INVALID)
    if not isinstance(role, str) or role not in _HOLDERS:
        raise Unauthenticated(_INVALID)
    if role in AGENCY_STAFF and not (isinstance(agency, str) and agency):
        raise Unauthenticated(_INVALID)
    return Principal(subject, Role(role), agency if isinstance(agency, str) else None)
