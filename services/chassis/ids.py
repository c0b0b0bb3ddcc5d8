"""Identifiers: UUIDv7 for machines, short numbers with a check digit for people."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import uuid_utils
from stdnum import damm
from stdnum.exceptions import ValidationError


def new_id() -> str:
    """A new UUIDv7 (RFC 9562) as text; later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())


def id_at(moment: datetime, random: int) -> str:
    """The UUIDv7 of a moment and 74 random bits, for what is said to have happened then."""
    milliseconds = int(moment.timestamp() * 1_000)
    high, low = random >> 62 & 0xFFF, random & (1 << 62) - 1
    digits = f"{milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def public_number(prefix: str, year: int, serial: int) -> str:
    """A number people can read out, such as `LP-2026-0001234-7`.

    The last digit is Damm's check digit over year and serial: it finds every single wrong digit
    and every swap of two neighbours.
    """
    digits = f"{year:04d}{serial:07d}"
    return f"{prefix}-{year:04d}-{serial:07d}-{damm.calc_check_digit(digits)}"


def is_public_number(prefix: str, number: str) -> bool:
    """Whether `number` has the right form and check digit."""
    parts = number.split("-")
    if len(parts) != 4 or parts[0] != prefix or not number.isascii():
        return False
    if [len(part) for part in parts[1:3]] != [4, 7] or not all(p.isdigit() for p in parts[1:]):
        return False
    try:
        damm.validate("".join(parts[1:]))
    except ValidationError:
        return False
    return True


def tracking_code(secret: bytes, number: str) -> str:
    """The guest's key to one report: 80 bits of an HMAC-SHA256 as 16 letters, never stored."""
    digest = hmac.new(secret, number.encode(), hashlib.sha256).digest()
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(letters[byte % 32] for byte in digest[:16])


def same_code(left: str, right: str) -> bool:
    """Compare two codes without telling by the time taken how much of them agrees."""
    return hmac.compare_digest(left.encode(), right.encode())
