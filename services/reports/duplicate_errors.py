"""Why a report is not merged into another one, in words."""

from __future__ import annotations

from services.chassis.errors import Conflict, FieldError, Invalid
from services.chassis.text import Text


class OriginalNotOpen(Conflict):
    """What a report is merged into has to go on."""

    code = "original_not_open"


class HasDuplicates(Conflict):
    """An original does not become a duplicate."""

    code = "has_duplicates"


def original_not_open(state: str) -> OriginalNotOpen:
    """It was closed, or is a duplicate itself."""
    words = Text(
        "The other report is {state}; a report can only be merged into one that is open.",
        id="Status laporan tujuan {state}; penggabungan hanya ke laporan yang masih terbuka.",
    )
    return OriginalNotOpen(words.format(state=state))


def has_duplicates() -> HasDuplicates:
    """Its duplicates would be duplicates of a duplicate."""
    words = Text(
        "Other reports were merged into this one; merge the other one into it instead.",
        id="Laporan lain sudah digabung ke laporan ini; gabungkan laporan yang satunya ke sini.",
    )
    return HasDuplicates(words)


def unknown_original() -> Invalid:
    """There is no such report, or none that one may see."""
    words = Text("No report has this id.", id="Tidak ada laporan dengan id ini.")
    return _wrong("unknown_report", words)


def own_original() -> Invalid:
    """Nothing is its own duplicate."""
    words = Text("This is the report itself.", id="Ini laporan itu sendiri.")
    return _wrong("same_report", words)


def foreign_original() -> Invalid:
    """One agency does not add to another's work unasked."""
    words = Text(
        "Another agency answers for that report; pass this one on to it.",
        id="Laporan itu ditangani instansi lain; teruskan laporan ini ke sana.",
    )
    return _wrong("another_agency", words)


def secret_and_public() -> Invalid:
    """A merge must not tell the public of a secret report."""
    words = Text(
        "A secret report is merged only with another secret one.",
        id="Laporan rahasia hanya digabung dengan laporan rahasia.",
    )
    return _wrong("visibility_differs", words)


def _wrong(code: str, message: Text) -> Invalid:
    return Invalid(errors=[FieldError("duplicate_of", code, message)])
