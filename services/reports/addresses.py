"""Which kelurahan an address names: all we know of places without coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.chassis.city import Area

_WORD = re.compile(r"\w+")
_MARKS = {"kel", "kelurahan", "desa"}
Words = list[str]


def areas_in(address: str, areas: Iterable[Area]) -> list[Area]:
    """The areas that an address may mean: one if it is clear, none if it names none.

    Whole words count, whatever their case, and a name inside a longer one does not (Parigi in
    Parigi Baru). Of several, those that are called a kelurahan win, then those beside whose name
    their kecamatan stands: addresses go from the small to the large.
    """
    words, known = _words(address), list(areas)
    names = [_words(name) for area in known for name in (area.name, area.district)]
    named = {
        area.code: [at for at in _places(words, _words(area.name)) if not _inside(words, at, names)]
        for area in known
    }
    found = [area for area in known if named[area.code]]
    marked = [a for a in found if any(_is_marked(words, at) for at, _ in named[a.code])]
    beside = [a for a in found if any(_is_beside(words, at, a) for at in named[a.code])]
    return marked or beside or found


def _words(text: str) -> Words:
    return _WORD.findall(text.casefold())


def _places(words: Words, name: Words) -> Iterator[tuple[int, int]]:
    """Where a name stands: (its first word, the first after it)."""
    for start in range(len(words) - len(name) + 1):
        if words[start : start + len(name)] == name:
            yield start, start + len(name)


def _inside(words: Words, at: tuple[int, int], names: Iterable[Words]) -> bool:
    longer = (name for name in names if len(name) > at[1] - at[0])
    return any(
        start <= at[0] and at[1] <= end for name in longer for start, end in _places(words, name)
    )


def _is_marked(words: Words, start: int) -> bool:
    return start > 0 and words[start - 1] in _MARKS


def _is_beside(words: Words, at: tuple[int, int], area: Area) -> bool:
    return any(_places(words[: at[0]] + words[at[1] :], _words(area.district)))
