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
    """Neither an area nor a category is named."""
    words = Text(
        "Name an area, a category, or both.", id="Sebutkan wilayah, kategori, atau keduanya."
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


def too_many(most: int) -> TooManySubscriptions:
    """`most` are followed already."""
    words = Text(
        "You follow {most} topics already; end one of them first.",
        id="Anda sudah mengikuti {most} topik; hentikan salah satu terlebih dahulu.",
    )
    return TooManySubscriptions(words.format(most=most))


def _of_field(field: str, code: str, words: Text) -> Invalid:
    return Invalid(errors=[FieldError(field, code, words)])
