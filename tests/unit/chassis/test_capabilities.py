"""A capability works for its holder, for a day, untouched; anything else is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from services.chassis.capabilities import (
    LIFETIME,
    Capabilities,
    UploadedPhoto,
    hour_of,
    photo_folder,
)
from services.chassis.clock import FixedClock

SECRET = bytes(range(32))
PHOTO = UploadedPhoto("2026060112", "ab" * 32, 640, 480, 12_345)
NOON = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)


def capabilities(secret: bytes = SECRET) -> tuple[Capabilities, FixedClock]:
    clock = FixedClock(NOON)
    return Capabilities(secret, clock), clock


def test_there_and_back() -> None:
    ours, _ = capabilities()
    written, expires = ours.issue(PHOTO, "anna")
    assert ours.read(written, "anna") == PHOTO
    assert expires == NOON + LIFETIME and len(written) <= 400


def test_for_its_holder_only() -> None:
    ours, _ = capabilities()
    others, _ = capabilities(bytes(range(1, 33)))
    written, _ = ours.issue(PHOTO, "anna")
    assert ours.read(written, "budi") is None and ours.read(written, "guest") is None
    assert others.read(written, "anna") is None


def test_for_a_day() -> None:
    ours, clock = capabilities()
    written, _ = ours.issue(PHOTO, "anna")
    clock.move(LIFETIME - timedelta(seconds=1))
    assert ours.read(written, "anna") == PHOTO
    clock.move(timedelta(seconds=1))
    assert ours.read(written, "anna") is None


@given(st.integers(0, 500), st.sampled_from("aZ0_-."))
def test_any_change_is_found(position: int, letter: str) -> None:
    ours, _ = capabilities()
    written, _ = ours.issue(PHOTO, "anna")
    position %= len(written) - 1  # the last letter has bits that stand for nothing
    changed = written[:position] + letter + written[position + 1 :]
    assert changed == written or ours.read(changed, "anna") is None


@given(st.text(max_size=60))
def test_nonsense_is_nothing(text: str) -> None:
    ours, _ = capabilities()
    assert ours.read(text, "anna") is None


@pytest.mark.parametrize(
    "content", [[], "x", 1, {}, {"expires": "soon"}, {"expires": 9_999_999_999, "hour": "x"},
                {"expires": 9_999_999_999, "odd": 1}],
)  # fmt: skip
def test_what_another_version_signed_is_nothing(content: object) -> None:
    ours, _ = capabilities()
    signed = URLSafeSerializer(SECRET, salt="upload.anna").dumps(content)
    assert ours.read(str(signed), "anna") is None


def test_keys_lie_under_their_hour() -> None:
    assert hour_of(NOON) == "2026060112"
    for size in ("full", "thumb"):
        assert PHOTO.key(size).startswith(photo_folder("2026060112") + "/")
    assert PHOTO.key() != PHOTO.key("thumb")
