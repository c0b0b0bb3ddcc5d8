"""What can be wrong with sites, in words."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import Conflict, Invalid
from services.chassis.text import Text
from services.reports.errors import of_field


class IllegalDeed(Conflict):
    """The site does not allow it."""

    code = "illegal_action"


def illegal(state: str, legal: Iterable[str]) -> IllegalDeed:
    """What is possible instead."""
    words = Text(
        "The site is {state}; your agency can now: {legal}.",
        id="Titik ini {state}; yang dapat dilakukan instansi Anda: {legal}.",
    )
    return IllegalDeed(words.format(state=state, legal=", ".join(legal) or "-"))


def unknown_site(field: str) -> Invalid:
    """There is no such site of the same agency and category."""
    words = Text(
        "Not another site of this category that your agency cleans.",
        id="Bukan titik lain dengan kategori ini yang ditangani instansi Anda.",
    )
    return of_field(field, "unknown_site", words)


def not_here() -> Invalid:
    """The report lies elsewhere, or does not count."""
    words = Text("This report does not lie on this site.", id="Laporan ini bukan di titik ini.")
    return of_field("report", "not_here", words)


def unknown_kind(known: Iterable[str]) -> Invalid:
    """Neither the pack nor any site has that kind."""
    words = Text("Unknown; known are: {known}.", id="Tidak dikenal; yang ada: {known}.")
    return of_field("kind", "unknown_kind", words.format(known=", ".join(known)))
