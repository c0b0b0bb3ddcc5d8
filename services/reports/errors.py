"""What can be wrong with a report, in words."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, FieldError, Invalid
from services.chassis.text import Text


def unknown_category(known: Iterable[str]) -> Invalid:
    """The category is not in the city pack."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return of_field("category", "unknown_category", words.format(known=", ".join(known)))


def unknown_agency(known: Iterable[str]) -> Invalid:
    """The agency is not in the city pack."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return of_field("agency", "unknown_agency", words.format(known=", ".join(known)))


def same_agency() -> Invalid:
    """To be passed on it needs another agency."""
    words = Text("This agency has it already.", id="Sudah ditangani instansi ini.")
    return of_field("agency", "same_agency", words)


def unknown_officer() -> Invalid:
    """Only an agency's own staff works for it."""
    words = Text(
        "Nobody of this agency has this account.",
        id="Tidak ada petugas instansi ini dengan akun itu.",
    )
    return of_field("officer", "unknown_officer", words)


def unknown_citizen() -> Invalid:
    """There is no such account of a citizen."""
    words = Text("No citizen has this account.", id="Tidak ada warga dengan akun ini.")
    return of_field("on_behalf_of.account", "unknown_account", words)


def not_on_behalf() -> Invalid:
    """Citizens speak for themselves, and an agency does not judge its own work."""
    words = Text(
        "Only staff of another agency may do this for somebody.",
        id="Hanya petugas instansi lain yang boleh melakukannya atas nama orang lain.",
    )
    return of_field("on_behalf_of", "not_on_behalf", words)


class IllegalAction(Conflict):
    """The report's state does not allow it."""

    code = "illegal_action"


class ClaimedByAnother(Conflict):
    """Another officer works on it."""

    code = "claimed"


class NotAsked(Conflict):
    """Nobody has asked yet, or it was reopened since."""

    code = "not_asked"


class AlreadyAnswered(Conflict):
    """The question is answered once."""

    code = "already_answered"


class AlreadyRated(Conflict):
    """A report is rated once, unless it was reopened since."""

    code = "already_rated"


class TooLateToReopen(Conflict):
    """A report can be reopened for a while only."""

    code = "too_late"


def illegal_action(state: str, legal: Iterable[str]) -> IllegalAction:
    """What is possible instead."""
    words = Text(
        "The report is {state}; possible now: {legal}.",
        id="Status laporan {state}; yang mungkin sekarang: {legal}.",
    )
    return IllegalAction(words.format(state=state, legal=", ".join(legal) or "-"))


def claimed_by_another() -> ClaimedByAnother:
    """Who works on it is to give it back, or a supervisor decides."""
    return ClaimedByAnother(
        Text("Another officer works on this report.", id="Laporan ini dikerjakan petugas lain.")
    )


def already_rated() -> AlreadyRated:
    """It has its rating."""
    return AlreadyRated(Text("You have rated this.", id="Anda sudah memberi nilai."))


def not_asked() -> NotAsked:
    """The question comes by itself."""
    words = Text("You have not been asked yet.", id="Belum ada pertanyaan tindak lanjut.")
    return NotAsked(words)


def already_answered() -> AlreadyAnswered:
    """It has its answer."""
    return AlreadyAnswered(Text("You have answered this.", id="Anda sudah menjawab."))


def too_late(days: int) -> TooLateToReopen:
    """The time for it is over."""
    words = Text(
        "A report can be reopened within {days} days; please report again.",
        id="Laporan dapat dibuka kembali dalam {days} hari; silakan lapor baru.",
    )
    return TooLateToReopen(words.format(days=days))


def outside_city() -> Invalid:
    """The place is not in the city, and the category is only for the city."""
    words = Text("This place is outside the city.", id="Lokasi ini di luar wilayah kota.")
    return Invalid(errors=[FieldError(field, "outside_city", words) for field in ("lat", "long")])


def no_such_area(known: Iterable[str]) -> Invalid:
    """No kelurahan has this code."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return of_field("area", "unknown_area", words.format(known=", ".join(known)))


def address_not_found() -> Invalid:
    """No place is known for these words."""
    words = Text(
        "This address names no kelurahan of the city; name it, or send lat and long.",
        id="Alamat ini tidak menyebut kelurahan di kota ini; sebutkan, atau kirim lat dan long.",
    )
    return of_field("address", "address_not_found", words)


def backwards() -> Invalid:
    """The end is before the beginning."""
    words = Text("This is before the beginning.", id="Ini sebelum waktu awal.")
    return of_field("until", "backwards", words)


def box_too_large(zoom: int) -> Invalid:
    """More cells than are given at once."""
    words = Text(
        "The box is too large for this zoom; ask for zoom {zoom} or less, or for a smaller box.",
        id="Kotak terlalu luas untuk zoom ini; minta zoom {zoom} ke bawah, atau kotak lain.",
    )
    return of_field("zoom", "box_too_large", words.format(zoom=zoom))


def span_too_long(days: int) -> Invalid:
    """More is asked for at once than is given."""
    words = Text("At most {days} days at once.", id="Paling banyak {days} hari sekaligus.")
    return of_field("since", "span_too_long", words.format(days=days))


def contact_not_needed() -> Invalid:
    """Who is logged in is told through the account."""
    words = Text("You are logged in; leave this out.", id="Anda sudah masuk; kosongkan isian ini.")
    return of_field("contact_email", "contact_not_needed", words)


def unknown_photo(position: int) -> Invalid:
    """The capability is not ours, somebody else's, or older than a day."""
    words = Text(
        "This photo is not known, not yours, or older than 24 hours; upload it again.",
        id="Foto ini tidak dikenal, bukan milik Anda, atau lebih dari 24 jam; unggah kembali.",
    )
    return of_field(f"photos.{position}", "unknown_photo", words)


def photo_twice(position: int) -> Invalid:
    """The same picture was given before."""
    words = Text("This photo is given twice.", id="Foto ini dikirim dua kali.")
    return of_field(f"photos.{position}", "photo_twice", words)


def photo_present(position: int) -> Invalid:
    """The report has this very picture."""
    words = Text(
        "The report has this photo already; take a new one.",
        id="Laporan ini sudah memuat foto tersebut; ambil foto baru.",
    )
    return of_field(f"photos.{position}", "photo_present", words)


def under(prefix: str, invalid: Invalid) -> Invalid:
    """The same complaints, about fields inside `prefix`."""
    errors = [FieldError(f"{prefix}.{e.field}", e.code, e.message) for e in invalid.errors]
    return Invalid(errors=errors)


def of_field(field: str, code: str, message: Text) -> Invalid:
    """One field is wrong."""
    return Invalid(errors=[FieldError(field, code, message)])
