"""What is suspected, and what is not: rules without a database."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from services.reports.abuse.suspicion import (
    Holding,
    Reason,
    Told,
    alike,
    fingerprint,
    metres_between,
    plain,
    reasons,
)

HOLDING = Holding()
ADVERT = "Jual obat murah, hubungi kami sekarang juga"
TOLD = Told(fingerprint(ADVERT), lat=-6.3, long=106.7)
LIKENESSES = st.integers(0, 2**64 - 1).map("{:016x}".format)


def why(told: Told, earlier: list[Told], text: str = ADVERT, guests: int = 0) -> list[Reason]:
    return reasons(told, text, earlier, guests, HOLDING)


def of(**more: object) -> Told:
    return dataclasses.replace(TOLD, **more)  # type: ignore[arg-type]


def test_words_written_otherwise_are_the_same() -> None:
    assert plain("  TOLOOONG!!! lubang\n di Jalan  RT 03") == "tolonglubangdijalanrt03"
    assert fingerprint("Jual  OBAT murah!") == fingerprint("ｊｕａｌ óbat-murahhh")
    assert fingerprint("RT 03") != fingerprint("RT 04")


@given(st.text(max_size=60))
def test_what_is_plain_stays_so(text: str) -> None:
    assert plain(plain(text)) == plain(text) and plain(text.upper()) == plain(text.upper().lower())
    assert plain(f" {text} !") == plain(text)


def test_the_same_sender_with_the_same_words() -> None:
    mine = of(account="anna", seconds_ago=7_200, lat=-6.2)
    assert why(of(account="anna"), [mine]) == []
    assert why(of(account="anna"), [mine] * 2) == [Reason.REPEATED_TEXT]
    assert why(of(account="anna"), [of(account="anna", seconds_ago=90_000)] * 9) == []
    assert why(of(device="d"), [of(device="d", seconds_ago=60)] * 2, "x") == [Reason.REPEATED_TEXT]
    # from another device, and elsewhere, it is somebody else
    assert why(of(device="e", lat=-6.2), [of(device="d", seconds_ago=60)] * 9) == []


def test_the_same_words_at_the_same_place() -> None:
    there = of(account="budi", seconds_ago=60, lat=-6.3001)
    assert why(of(account="anna"), [there]) == []
    assert why(of(account="anna"), [there] * 2) == [Reason.REPEATED_TEXT]
    assert why(of(account="anna", lat=-6.31), [there] * 9) == []
    assert why(of(account="anna"), [dataclasses.replace(there, seconds_ago=3_700)] * 9) == []


def test_a_street_says_the_same_short_words() -> None:
    """Banjir is banjir: neighbours, and a carrier's whole address, are not suspected for it."""
    flood = dataclasses.replace(TOLD, words=fingerprint("Banjir"), address="carrier")
    neighbours = [dataclasses.replace(flood, account=str(n), seconds_ago=n) for n in range(500)]
    assert why(dataclasses.replace(flood, account="anna"), neighbours, "Banjir") == []
    assert why(of(address="a"), [of(address="a", lat=-6.2)] * 2) == [Reason.REPEATED_TEXT]


def test_photos() -> None:
    photo, near, other = "00ff00ff00ff00ff", "00ff00ff00ff00fc", "0f0f0f0f0f0f0f0f"
    mine = Told("x", [photo], account="anna", seconds_ago=50_000, lat=1)
    for likeness, expected in ((near, [Reason.REPEATED_PHOTO]), (other, [])):
        assert why(Told("y", [other[::-1], likeness], account="anna"), [mine], "y") == expected
    theirs = Told("x", [photo], account="budi", seconds_ago=60)
    assert why(Told("y", [photo], account="anna"), [theirs], "y") == []
    assert why(Told("y", [photo], account="anna"), [theirs] * 2, "y") == [Reason.REPEATED_PHOTO]
    night = Told("x", ["0" * 16], account="anna", seconds_ago=60)
    assert why(Told("y", ["0" * 16], account="anna"), [night], "y") == []


@given(LIKENESSES, st.sets(st.integers(0, 63), max_size=12))
def test_alike_is_a_number_of_bits(likeness: str, flipped: set[int]) -> None:
    other = f"{int(likeness, 16) ^ sum(1 << bit for bit in flipped):016x}"
    has_features = 8 <= int(likeness, 16).bit_count() <= 56
    assert alike(likeness, other, 6) == (has_features and len(flipped) <= 6)


def test_a_crowded_address_is_looked_at_for_guests_alone() -> None:
    most = HOLDING.guests_of_address
    assert why(of(address="a"), [], guests=most - 1) == []
    assert why(of(address="a"), [], guests=most) == [Reason.CROWDED_ADDRESS]
    assert why(of(address="a", account="anna"), [], guests=most) == []


@given(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_distance(north: float, east: float) -> None:
    there = of(lat=TOLD.lat + north, long=TOLD.long + east)
    assert metres_between(TOLD, there) == metres_between(TOLD, there) >= 0
    assert abs(metres_between(TOLD, of(lat=TOLD.lat + north)) - abs(north) * 111_320) < 1
