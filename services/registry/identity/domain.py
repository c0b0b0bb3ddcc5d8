"""Rules of accounts and tokens. No I/O."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta

from services.chassis.principal import AGENCY_STAFF

ACCESS_LIFETIME = timedelta(minutes=15)
FAMILY_LIFETIME = timedelta(days=30)
IDLE_LIFETIME = timedelta(days=14)
FREE_FAILURES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(minutes=15)
APP_LIFETIME = timedelta(minutes=1)
KEY_PREFIX = "kota_"
WITH_AGENCY = frozenset(role.value for role in AGENCY_STAFF)


def normalised(login: str) -> str:
    """The one form of a login: small letters, and no look-alikes such as full-width ones."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold())
    return folded.strip()


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Whether attempts are in vain at the moment."""
    return locked_until is not None and now < locked_until


def after_failure(
    failures: int, locked_until: datetime | None, now: datetime
) -> tuple[int, datetime | None]:
    """(failures, locked_until) after one more wrong password.

    From the fifth in a row the account is locked for a minute, doubling up to fifteen. Attempts
    while it is locked change nothing, so nobody can lock it for ever.
    """
    if is_locked(locked_until, now):
        return failures, locked_until
    failures += 1
    if failures < FREE_FAILURES:
        return failures, None
    doublings = min(failures - FREE_FAILURES, 10)
    return failures, now + min(FIRST_LOCK * 2**doublings, LONGEST_LOCK)


def new_refresh_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    """192 random bits behind a prefix by which a key is recognised where it should not be."""
    return KEY_PREFIX + secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """What is stored instead of a refresh token or an API key; both are random and long."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_alive(issued_at: datetime, family_ends_at: datetime, now: datetime) -> bool:
    """Whether a refresh token that was not used yet is still good."""
    return now < min(family_ends_at, issued_at + IDLE_LIFETIME)
