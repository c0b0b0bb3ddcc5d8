"""Settings that hold a secret or the place of a key: never empty, short, or a known default."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from environs import Env, EnvError
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.chassis import broker_url

MIN_SECRET_BYTES = 32
MIN_PASSWORD = 12
# fewer different characters are a pattern
MIN_VARIETY = 6
WELL_KNOWN = frozenset(
    ("admin", "changeme", "default", "guest", "kota", "letmein", "pass", "passwd", "password",
     "postgres", "postgresql", "qwerty", "rabbit", "rabbitmq", "root", "secret", "test", "user",
     "welcome")
)  # fmt: skip
_OPENSSL = "make one with: openssl rand -hex 32"


def amqp_url(env: Env, name: str) -> str:
    """amqp://user:password@host:port,host:port…/vhost with a password of 12 characters or more."""
    return broker_url.checked(_url(env.str(name), ("amqp", "amqps")))


def database_url(env: Env, name: str) -> str:
    """postgresql://user:password@host:port/database with a password of 12 characters or more."""
    return _url(env.str(name), ("postgresql",))


def secret_bytes(env: Env, name: str) -> bytes:
    """At least 32 random bytes, written in hexadecimal."""
    try:
        value = bytes.fromhex(env.str(name))
    except ValueError:
        raise EnvError(f"must be hexadecimal; {_OPENSSL}") from None
    if len(value) < MIN_SECRET_BYTES or len(set(value)) < 8:
        raise EnvError(f"must be 32 random bytes or more; {_OPENSSL}")
    return value


def file(env: Env, name: str) -> Path:
    """A file that can be read."""
    path = Path(env.str(name))
    try:
        path.read_bytes()
    except OSError:
        raise EnvError(f"{path} is not a readable file") from None
    return path


def private_key(env: Env, name: str) -> Path:
    """A file with a private Ed25519 key (a JWK with a kid)."""
    path = file(env, name)
    private_key_in(path)
    return path


def private_key_in(path: Path) -> OKPKey:
    """The private Ed25519 key in a file. Raises EnvError if there is none."""
    try:
        key = OKPKey.import_key(json.loads(path.read_text()))
        fits = key.is_private and key.kid and key.as_dict(private=False)["crv"] == "Ed25519"
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise EnvError(f"{path} does not hold a JWK") from None
    if not fits:
        raise EnvError(f"{path} must hold a private Ed25519 JWK with a kid")
    return key


def public_keys(env: Env, name: str) -> Path:
    """A file with public Ed25519 keys (a JWKS)."""
    path = file(env, name)
    try:
        keys = KeySet.import_key_set(json.loads(path.read_text())).keys
        fits = [isinstance(key, OKPKey) and bool(key.kid) for key in keys]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise EnvError(f"{path} is not a JWKS") from None
    if not fits or not all(fits):
        raise EnvError(f"{path} must hold Ed25519 keys, each with a kid")
    return path


def _url(value: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        raise EnvError(f"must look like {schemes[0]}://user:password@host:port/…")
    password = unquote(parts.password or "")
    if len(password) < MIN_PASSWORD or len(set(password)) < MIN_VARIETY:
        raise EnvError(f"the password is missing, or has less than {MIN_PASSWORD} characters")
    if _is_known(password, unquote(parts.username or "")):
        raise EnvError("the password is the user's name, or a well-known default")
    return value


def _is_known(password: str, user: str) -> bool:
    """Whether it is made of nothing but such words, the user's name, digits and signs."""
    known = "|".join(re.escape(word) for word in sorted({*WELL_KNOWN, user.lower()}) if word)
    return re.fullmatch(rf"(?:{known}|[\W\d_])+", password.lower()) is not None
