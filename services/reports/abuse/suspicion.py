"""The rules of what looks like abuse; touches nothing outside.

None of it proves anything: what is suspected is taken in, kept from the public's eyes, and looked
at by a person. So the rules may be simple, and an honest sender loses nothing but a little time.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

HOUR = 3_600.0
DAY = 24 * HOUR
LIKENESS_BITS = 64
# a picture without any feature, such as one of the night, is like every other one
_FEATURELESS = 8
_METRES_A_DEGREE = 111_320.0


class Reason(StrEnum):
    """Why somebody should look at it."""

    REPEATED_TEXT = "repeated_text"
    REPEATED_PHOTO = "repeated_photo"
    CROWDED_ADDRESS = "crowded_address"


@dataclass(frozen=True)
class Holding:
    """From when on something is suspected.

    same_sender: the so many-th time that an account or device sends the same words within a day.
    same_place: the so many-th time that anybody does, or sends alike photos, within an hour and so
    many metres. shortest_text: letters and digits; shorter words are said of many things, so only
    the same account or device repeats itself with them. photo_bits: photos that differ in so many
    of 64 bits or fewer are alike. guests_of_address: reports of guests from one address in an hour.
    """

    same_sender: int = 3
    same_place: int = 3
    metres: float = 100
    shortest_text: int = 20
    photo_bits: int = 6
    guests_of_address: int = 2_000


@dataclass(frozen=True)
class Told:
    """What somebody sent: by whom, where, what. seconds_ago: 0 for what comes in now.

    words: the fingerprint of what was said. likenesses: of its photos, 16 hexadecimal digits each.
    """

    words: str
    likenesses: Sequence[str] = ()
    account: str | None = None
    device: str | None = None
    address: str | None = None
    lat: float = 0.0
    long: float = 0.0
    seconds_ago: float = 0.0


def plain(text: str) -> str:
    """What is left of words when writing them differently is of no use.

    Small letters without accents, digits; no blanks or signs; letters that are repeated once.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = (one for one in unicodedata.normalize("NFKD", decomposed) if one.isalnum())
    return "".join(one for one, _ in groupby(letters))


def fingerprint(text: str) -> str:
    """The same for all texts that are `plain`ly the same."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:32]


def reasons(
    told: Told, text: str, earlier: Iterable[Told], guests: int, holding: Holding
) -> list[Reason]:
    """Why somebody should look at what was told now; nothing if nothing is suspected.

    earlier: what may be like it. guests: reports of guests from its address within an hour.
    """
    known = list(earlier)
    is_long = len(plain(text)) >= holding.shortest_text
    found = []
    if _is_repeated_text(told, known, holding, is_long=is_long):
        found.append(Reason.REPEATED_TEXT)
    if _is_repeated_photo(told, known, holding):
        found.append(Reason.REPEATED_PHOTO)
    if told.account is None and guests >= holding.guests_of_address:
        found.append(Reason.CROWDED_ADDRESS)
    return found


def alike(one: str, other: str, bits: int) -> bool:
    """Whether two photos look the same: their likenesses differ in at most so many bits."""
    left, right = int(one, 16), int(other, 16)
    return _has_features(left) and (left ^ right).bit_count() <= bits


def metres_between(one: Told, other: Told) -> float:
    """On the small piece of a sphere that a city is."""
    north = (one.lat - other.lat) * _METRES_A_DEGREE
    east = (one.long - other.long) * _METRES_A_DEGREE * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


def _is_repeated_text(told: Told, known: list[Told], holding: Holding, *, is_long: bool) -> bool:
    same = [one for one in known if one.words == told.words]
    own = [one for one in same if _is_same_sender(told, one) and one.seconds_ago <= DAY]
    if len(own) + 1 >= holding.same_sender:
        return True
    there = [one for one in same if _is_here_and_now(told, one, holding)]
    house = [one for one in same if _is_same_address(told, one) and one.seconds_ago <= HOUR]
    return is_long and max(len(there), len(house)) + 1 >= holding.same_place


def _is_repeated_photo(told: Told, known: list[Told], holding: Holding) -> bool:
    same = [one for one in known if _shares_photo(told, one, holding.photo_bits)]
    if any(_is_same_sender(told, one) and one.seconds_ago <= DAY for one in same):
        return True
    there = [
        one
        for one in same
        if _is_here_and_now(told, one, holding)
        or (_is_same_address(told, one) and one.seconds_ago <= HOUR)
    ]
    return len(there) + 1 >= holding.same_place


def _is_same_sender(one: Told, other: Told) -> bool:
    by_account = one.account is not None and one.account == other.account
    return by_account or (one.device is not None and one.device == other.device)


def _is_same_address(one: Told, other: Told) -> bool:
    return one.address is not None and one.address == other.address


def _is_here_and_now(told: Told, one: Told, holding: Holding) -> bool:
    return one.seconds_ago <= HOUR and metres_between(told, one) <= holding.metres


def _shares_photo(one: Told, other: Told, bits: int) -> bool:
    return any(alike(a, b, bits) for a in one.likenesses for b in other.likenesses)


def _has_features(likeness: int) -> bool:
    return _FEATURELESS <= likeness.bit_count() <= LIKENESS_BITS - _FEATURELESS
