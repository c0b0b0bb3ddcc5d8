"""What can be wrong when somebody wants to follow a topic."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, FieldError, Invalid
from services.chassis.text import Text


class TooManySubscriptions(Conflict):
    """One account follows so much and no more."""

    code = "too_many_subscriptions"


class NoMail(Conflict):
    """No mail server is configured."""

    code = "no_mail"


def no_mail() -> NoMail:
    """Nobody can be asked by e-mail."""
    words = Text("No e-mail is sent here at present.", id="Surel belum dikirim dari sini.")
    return NoMail(words)


def no_topic() -> Invalid:
    """Nothing that can be followed is named, or several things are."""
    words = Text(
        "Name an area, a category, or both; or an incident, a site, or collections.",
        id="Sebutkan area, category, atau keduanya; atau incident, site, atau collections saja.",
    )
    return _of_field("area", "no_topic", words)


def unknown_area(examples: Iterable[str]) -> Invalid:
    """The city has no such area."""
    words = Text(
        "No kelurahan or kecamatan has this code; codes look like {example}.",
        id="Tidak ada kelurahan atau kecamatan dengan kode ini; contoh kode: {example}.",
    )
    return _of_field("area", "unknown_area", words.format(example=", ".join(examples)))


def unknown_category(known: Iterable[str]) -> Invalid:
    """The city has no such category."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return _of_field("category", "unknown_category", words.format(known=", ".join(known)))


def no_collections(example: str) -> Invalid:
    """The city pack has no rounds for it."""
    words = Text(
        "No collections are known for this kelurahan; codes look like {example}.",
        id="Tidak ada jadwal angkut untuk kelurahan ini; contoh kode: {example}.",
    )
    return _of_field("collections", "no_collections", words.format(example=example))


def only_at_once() -> Invalid:
    """In a digest it would come too late."""
    words = Text("Reminders come at once.", id="Pengingat selalu dikirim langsung.")
    return _of_field("rhythm", "only_at_once", words)


def unknown_thing(kind: str) -> Invalid:
    """Nobody may see such an incident or site."""
    words = Text("Nothing public has this id.", id="Tidak ada yang terbuka dengan id ini.")
    return _of_field(kind, f"unknown_{kind}", words)


def incident_over() -> Invalid:
    """What is over has no more news."""
    words = Text("This incident is over.", id="Gangguan ini sudah berakhir.")
    return _of_field("incident", "incident_over", words)


def too_many(most: int) -> TooManySubscriptions:
    """`most` are followed already."""
    words = Text(
        "You follow {most} topics already; end one of them first.",
        id="Anda sudah mengikuti {most} topik; hentikan salah satu terlebih dahulu.",
    )
    return TooManySubscriptions(words.format(most=most))


def _of_field(field: str, code: str, words: Text) -> Invalid:
    return Invalid(errors=[FieldError(field, code, words)])
