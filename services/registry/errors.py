"""What can go wrong with accounts, in words."""

from __future__ import annotations

from services.chassis.errors import FieldError, Invalid, Unauthenticated
from services.chassis.text import Text


def wrong_login() -> Unauthenticated:
    """The same answer for a wrong password, an unknown login and a locked account."""
    return Unauthenticated(
        Text("Login or password is wrong", id="Nama masuk atau kata sandi salah")
    )


def refused_refresh() -> Unauthenticated:
    """The refresh token is unknown, used, revoked or too old."""
    return Unauthenticated(Text("Please log in again", id="Silakan masuk kembali"))


def wrong_code() -> Invalid:
    """The same answer for a wrong code, one that is too old, and after too many tries."""
    words = Text(
        "This code is wrong or no longer valid; ask for a new one.",
        id="Kode ini salah atau tidak berlaku lagi; mintalah kode baru.",
    )
    return Invalid(errors=[FieldError("code", "wrong_code", words)])


def agency_required() -> Invalid:
    """Staff of an agency without agency."""
    return _agency(
        "required",
        Text("Staff of an agency needs an agency.", id="Pegawai instansi memerlukan instansi."),
    )


def agency_not_allowed() -> Invalid:
    """An agency for somebody who has none."""
    return _agency(
        "not_allowed",
        Text(
            "Only staff of an agency has one.",
            id="Hanya pegawai instansi yang memiliki instansi.",
        ),
    )


def unknown_agency(known: list[str]) -> Invalid:
    """The agency is not in the city pack."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return _agency("unknown_agency", words.format(known=", ".join(known)))


def _agency(code: str, message: Text) -> Invalid:
    return Invalid(errors=[FieldError("agency", code, message)])
