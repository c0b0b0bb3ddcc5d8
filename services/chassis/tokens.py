"""Access tokens: short-lived EdDSA JWTs that every service verifies by itself."""

from __future__ import annotations

import hashlib
import warnings
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.chassis.clock import Clock
from services.chassis.errors import Unauthenticated
from services.chassis.ids import new_id
from services.chassis.keyfile import KeyFile
from services.chassis.principal import AGENCY_STAFF, GUEST, Principal, Role, service_subject
from services.chassis.text import Text

ISSUER = AUDIENCE = "kota-cerdas"
ALGORITHM = "EdDSA"
MAX_LENGTH = 4_096
LEEWAY_SECONDS = 30
# RFC 9864 renames it to Ed25519; the verifiers in the field know EdDSA
warnings.filterwarnings("ignore", message="EdDSA is deprecated")
_CACHED = 10_000
_OF_SERVICES = service_subject("")
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
    """Verifies tokens with public keys from JWKS files, so it works while registry is down.

    public_keys: registry's, for people. service_keys: of the services that may call this one; what
    is signed with one of them names that service and nobody else.
    """

    def __init__(self, public_keys: Path, clock: Clock, service_keys: Path | None = None) -> None:
        self._people = KeyFile(public_keys)
        self._services = KeyFile(service_keys) if service_keys is not None else None
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()
        self._version = 0

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

    def _look(self) -> None:
        self._people.look()
        version = self._people.version
        if self._services is not None:
            self._services.look()
            version += self._services.version
        if version != self._version:
            self._version = version
            self._known.clear()

    def _read(self, token: str) -> tuple[Principal, float]:
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(_INVALID) from error
        principal = self._principal(decoded.claims, str(decoded.header["kid"]))
        return principal, float(decoded.claims["exp"])

    def _key_of(self, token: Any) -> OKPKey:
        headers = token.headers()
        key_id = headers.get("kid")
        if headers.get("crit") or not isinstance(key_id, str):
            raise ValueError("kid")
        if key_id.startswith(_OF_SERVICES) and self._services is not None:
            return self._services.key(key_id)
        return self._people.key(key_id)

    def _principal(self, claims: dict[str, Any], key_id: str) -> Principal:
        now = self._clock.now().timestamp()
        times = [claims.get(name) for name in ("exp", "nbf", "iat")]
        if not all(isinstance(t, (int, float)) and not isinstance(t, bool) for t in times):
            raise Unauthenticated(_INVALID)
        if max(claims["nbf"], claims["iat"]) > now + LEEWAY_SECONDS:
            raise Unauthenticated(_INVALID)
        if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise Unauthenticated(_INVALID)
        return _service(claims, key_id) if key_id.startswith(_OF_SERVICES) else _holder(claims)


def _service(claims: dict[str, Any], key_id: str) -> Principal:
    if claims.get("sub") != key_id or claims.get("role") != Role.SYSTEM:
        raise Unauthenticated(_INVALID)
    return Principal(key_id, Role.SYSTEM)


def _holder(claims: dict[str, Any]) -> Principal:
    subject, role, agency = claims.get("sub"), claims.get("role"), claims.get("agency")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 64:
        raise Unauthenticated(_INVALID)
    if not isinstance(role, str) or role not in _HOLDERS:
        raise Unauthenticated(_INVALID)
    if role in AGENCY_STAFF and not (isinstance(agency, str) and agency):
        raise Unauthenticated(_INVALID)
    return Principal(subject, Role(role), agency if isinstance(agency, str) else None)
