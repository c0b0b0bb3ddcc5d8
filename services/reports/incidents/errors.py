"""What can be wrong with an incident, in words."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, FieldError, Invalid
from services.chassis.text import Text


class IncidentOver(Conflict):
    """What has ended does not come back."""

    code = "incident_over"


def over() -> IncidentOver:
    """It ended, or became a part of another one."""
    words = Text(
        "This incident is over; if there is something, report it.",
        id="Gangguan ini sudah berakhir; jika masih ada, silakan laporkan.",
    )
    return IncidentOver(words)


def nothing_changed() -> Invalid:
    """Whoever says that it changed says how."""
    words = Text(
        "Say how it is now: severity, cause, or both.",
        id="Sebutkan keadaannya sekarang: severity, cause, atau keduanya.",
    )
    return _wrong("answer", "nothing_changed", words)


def only_changed(field: str) -> Invalid:
    """Other answers do not say how it is."""
    words = Text('Only for the answer "changed".', id='Hanya untuk jawaban "changed".')
    return _wrong(field, "only_changed", words)


def unknown_cause(known: Iterable[str]) -> Invalid:
    """It is no answer to the category's question."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return _wrong("cause", "unknown_cause", words.format(known=", ".join(known) or "-"))


def same_incident() -> Invalid:
    """Nothing is a part of itself."""
    words = Text("This is the incident itself.", id="Ini gangguan itu sendiri.")
    return _wrong("into", "same_incident", words)


def unknown_incident() -> Invalid:
    """Only live ones of one category and one agency become one."""
    words = Text(
        "No live incident of this category and agency has this id.",
        id="Tidak ada gangguan aktif dari kategori dan instansi ini dengan id itu.",
    )
    return _wrong("into", "unknown_incident", words)


def not_of_it() -> Invalid:
    """Some of the reports are not seen in the incident."""
    words = Text(
        "Each must be a report of this incident.",
        id="Semuanya harus merupakan laporan dari gangguan ini.",
    )
    return _wrong("reports", "not_of_it", words)


def nothing_remains() -> Invalid:
    """A split has two parts."""
    words = Text(
        "At least one report must stay.", id="Minimal satu laporan harus tetap di gangguan ini."
    )
    return _wrong("reports", "nothing_remains", words)


def _wrong(field: str, code: str, message: Text) -> Invalid:
    return Invalid(errors=[FieldError(field, code, message)])
