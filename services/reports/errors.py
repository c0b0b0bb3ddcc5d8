"""What can be wrong with a report, in words."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text


def unknown_category(known: Iterable[str]) -> Invalid:
    """The category is not in the city pack."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return _field("category", "unknown_category", words.format(known=", ".join(known)))


def outside_city() -> Invalid:
    """The place is not in the city, and the category is only for the city."""
    words = Text("This place is outside the city.", id="Lokasi ini di luar wilayah kota.")
    return Invalid(errors=[FieldError(field, "outside_city", words) for field in ("lat", "long")])


def contact_not_needed() -> Invalid:
    """Who is logged in is told through the account."""
    words = Text("You are logged in; leave this out.", id="Anda sudah masuk; kosongkan isian ini.")
    return _field("contact_email", "contact_not_needed", words)


def unknown_photo(position: int) -> Invalid:
    """The capability is not ours, somebody else's, or older than a day."""
    words = Text(
        "This photo is not known, not yours, or older than 24 hours; upload it again.",
        id="Foto ini tidak dikenal, bukan milik Anda, atau lebih dari 24 jam; unggah kembali.",
    )
    return _field(f"photos.{position}", "unknown_photo", words)


def photo_twice(position: int) -> Invalid:
    """The same picture was given before."""
    words = Text("This photo is given twice.", id="Foto ini dikirim dua kali.")
    return _field(f"photos.{position}", "photo_twice", words)


def under(prefix: str, invalid: Invalid) -> Invalid:
    """The same complaints, about fields inside `prefix`."""
    errors = [FieldError(f"{prefix}.{e.field}", e.code, e.message) for e in invalid.errors]
    return Invalid(errors=errors)


def _field(field: str, code: str, message: Text) -> Invalid:
    return Invalid(errors=[FieldError(field, code, message)])
