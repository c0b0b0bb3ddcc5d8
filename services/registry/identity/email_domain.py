"""Rules of one-time codes. No I/O."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

LIFETIME = timedelta(minutes=30)
CODES_PER_HOUR = 5
MOST_TRIES = 5
MOST_FETCHES = 5
_DIGITS = 6


def code_of(secret: bytes, verification_id: str, fetch: int) -> str:
    """The code that the verification's fetch of that number gives out; it is never stored."""
    found = hmac.new(secret, f"{verification_id}:{fetch}".encode(), hashlib.sha256).digest()
    return str(int.from_bytes(found) % 10**_DIGITS).zfill(_DIGITS)


def is_open(verification: Mapping[str, Any], now: datetime) -> bool:
    """Whether its code can still be used."""
    tried = verification["tries"] >= MOST_TRIES
    return verification["used_at"] is None and not tried and now < verification["expires_at"]


def is_done(verification: Mapping[str, Any], email: str | None, now: datetime) -> bool:
    """Whether it has proven the address that stands; a slow phone may send the code again."""
    is_used = verification["used_at"] is not None and verification["email"] == email
    return is_used and now < verification["expires_at"]


def fits(secret: bytes, verification: Mapping[str, Any], given: str) -> bool:
    """Whether `given` is the code that was given out last."""
    if verification["fetches"] < 1:
        return False
    right = code_of(secret, verification["id"], verification["fetches"])
    return hmac.compare_digest(right.encode(), given.encode())
