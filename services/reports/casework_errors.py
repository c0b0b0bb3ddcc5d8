"""What can be wrong with parts of agencies, with moderating, and with forgetting, in words."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, Invalid
from services.chassis.text import Text
from services.reports.errors import of_field


class IllegalPart(Conflict):
    """The agency's part does not allow it."""

    code = "illegal_part"


class PartsOpen(Conflict):
    """Other agencies are not done with their parts."""

    code = "parts_open"


class NotModerated(Conflict):
    """There is nothing to undo."""

    code = "not_moderated"


class OriginalRemoved(Conflict):
    """What stood there before was removed for good."""

    code = "original_removed"


class NothingToForget(Conflict):
    """Nobody knows who reported."""

    code = "nothing_to_forget"


def illegal_part(state: str | None, legal: Iterable[str]) -> IllegalPart:
    """What is possible with the part instead."""
    words = Text(
        "The agency's part is {state}; possible now: {legal}.",
        id="Bagian instansi itu {state}; yang mungkin sekarang: {legal}.",
    )
    return IllegalPart(words.format(state=state or "-", legal=", ".join(legal) or "-"))


def parts_open(agencies: Iterable[str]) -> PartsOpen:
    """Whose part it is; whoever resolves it all the same says why."""
    words = Text(
        "Not done with their part: {agencies}. Wait, withdraw it, or send open_parts_reason.",
        id="Belum selesai: {agencies}. Tunggu, batalkan, atau kirim open_parts_reason.",
    )
    return PartsOpen(words.format(agencies=", ".join(agencies)))


def not_moderated() -> NotModerated:
    """Nothing was changed there, or it was undone."""
    return NotModerated(Text("This is not moderated.", id="Bagian ini tidak dimoderasi."))


def original_removed() -> OriginalRemoved:
    """It was removed with its reporter's personal data."""
    words = Text("What stood there was removed for good.", id="Aslinya sudah dihapus permanen.")
    return OriginalRemoved(words)


def nothing_to_forget() -> NothingToForget:
    """A guest left nothing, or it was removed already."""
    words = Text("No data of a reporter are kept here.", id="Tidak ada data pelapor di sini.")
    return NothingToForget(words)


def leads_already() -> Invalid:
    """Whoever leads needs no part."""
    words = Text("This agency leads the report.", id="Instansi ini penanggung jawab laporan.")
    return of_field("agency", "leads_already", words)


def nothing_there() -> Invalid:
    """The report has no such words, answer, photo or line, or they are hidden already."""
    words = Text("There is nothing to read there.", id="Tidak ada yang dapat dibaca di situ.")
    return of_field("what", "nothing_there", words)


def only_hidden() -> Invalid:
    """Nobody writes somebody else's answers."""
    words = Text(
        "Answers and photos can be hidden only; leave this out.",
        id="Jawaban dan foto hanya dapat disembunyikan; kosongkan isian ini.",
    )
    return of_field("text", "only_hidden", words)


def irrevocable() -> Invalid:
    """Whoever asks must know it."""
    words = Text(
        "What is removed cannot be brought back; send true to say that you know.",
        id="Yang dihapus tidak dapat dikembalikan; kirim true bila Anda memahaminya.",
    )
    return of_field("irrevocable", "irrevocable", words)


def reason_needed() -> Invalid:
    """Staff removes nothing of its own accord."""
    words = Text("Say who asked for it, and how.", id="Sebutkan siapa yang meminta dan caranya.")
    return of_field("reason", "required", words)
