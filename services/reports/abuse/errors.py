"""What those are told whose sending is limited, and those who limit it."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.text import Text
from services.reports.abuse.contract import Blocked
from services.reports.errors import of_field


class SenderUnknown(Conflict):
    """Nothing is kept by which the sender could be known again."""

    code = "sender_unknown"


class BlockEnded(Conflict):
    """It was lifted, or its time is over."""

    code = "block_ended"


def blocked(block_id: str, reason: str, until: str, objection: Text) -> Blocked:
    """Why, until when, and how to object. until: as people of the city write it."""
    words = Text(
        "Blocked until {until} (block {id}): {reason} {objection}",
        id="Diblokir sampai {until} (blokir {id}): {reason} {objection}",
    )
    return Blocked(words.format(id=block_id, until=until, reason=reason, objection=objection))


def only_admins() -> Forbidden:
    """Leaders block whoever sent something to their agency, and nobody else."""
    words = Text(
        "Only admins block an account or a network by name; name a report.",
        id="Hanya admin yang memblokir akun atau jaringan langsung; sebutkan laporan.",
    )
    return Forbidden(words)


def one_of(names: Iterable[str]) -> Invalid:
    """Not clear who is meant."""
    words = Text("Send exactly one of: {names}.", id="Kirim tepat satu dari: {names}.")
    return of_field("report", "one_of", words.format(names=", ".join(names)))


def not_known_by(known: Iterable[str]) -> Invalid:
    """The sender had no account, or named no device."""
    words = Text("Known of this sender: {known}.", id="Yang diketahui: {known}.")
    return of_field("which", "not_known_by", words.format(known=", ".join(known)))


def which_needed() -> Invalid:
    """By what the sender of the report is to be known."""
    words = Text("Say by what the sender is known.", id="Sebutkan penandanya.")
    return of_field("which", "required", words)


def not_a_network() -> Invalid:
    """No network, or of a width that is not looked for."""
    words = Text(
        "A network such as 203.0.113.7/32, with /32, /24 or /16; in IPv6 /64, /56, /48 or /32.",
        id="Jaringan seperti 203.0.113.7/32: /32, /24, /16; di IPv6 /64, /56, /48, /32.",
    )
    return of_field("network", "not_a_network", words)


def unknown_account() -> Invalid:
    """There is no such account of a citizen; staff's accounts are disabled, not blocked."""
    words = Text("No citizen has this account.", id="Tidak ada warga dengan akun ini.")
    return of_field("account", "unknown_account", words)


def not_until(days: int) -> Invalid:
    """It has to end, and within so many days."""
    words = Text(
        "This must lie ahead, by at most {days} days.",
        id="Harus di depan, paling lama {days} hari.",
    )
    return of_field("until", "not_until", words.format(days=str(days)))


def sender_unknown() -> SenderUnknown:
    """Staff sent it, or it is too long ago."""
    words = Text(
        "Nothing is kept of this sender (any more).", id="Tidak ada data pengirim ini (lagi)."
    )
    return SenderUnknown(words)


def block_ended() -> BlockEnded:
    """There is nothing to lift."""
    return BlockEnded(Text("This block has ended.", id="Blokir ini sudah berakhir."))
