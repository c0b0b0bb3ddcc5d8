"""The lockout as a caller lives through it, and how long refresh tokens live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.registry.identity import domain

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENTS = st.lists(st.integers(0, 7200), min_size=1, max_size=60)


def after_tries(gaps: list[int]) -> list[tuple[datetime, int, datetime | None]]:
    """(moment, failures, locked until) after each of the wrong passwords."""
    failures, locked_until, now = 0, None, NOW
    found: list[tuple[datetime, int, datetime | None]] = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        failures, locked_until = domain.after_failure(failures, locked_until, now)
        found.append((now, failures, locked_until))
    return found


@given(MOMENTS)
def test_nobody_is_locked_before_the_fifth_failure(gaps: list[int]) -> None:
    assert all(until is None for _, _, until in after_tries(gaps[:4]))


@given(MOMENTS)
def test_after_a_quarter_of_an_hour_everybody_may_try_again(gaps: list[int]) -> None:
    for now, _, until in after_tries(gaps):
        assert not domain.is_locked(until, now + timedelta(minutes=15))


@given(st.integers(5, 500), st.lists(st.integers(0, 59), min_size=1, max_size=20))
def test_tries_while_locked_change_nothing(failures: int, seconds: list[int]) -> None:
    until = NOW + timedelta(minutes=1)
    for second in seconds:
        now = NOW + timedelta(seconds=second)
        assert domain.after_failure(failures, until, now) == (failures, until)


def test_locks_double_up_to_fifteen_minutes() -> None:
    failures, until, now = 4, None, NOW
    minutes = []
    for _ in range(7):
        failures, until = domain.after_failure(failures, until, now)
        assert until is not None
        minutes.append((until - now) // timedelta(minutes=1))
        now = until
    assert minutes == [1, 2, 4, 8, 15, 15, 15]


@pytest.mark.parametrize("failures", [10, 1_000, 2**31])
def test_many_failures_are_no_overflow(failures: int) -> None:
    assert domain.after_failure(failures, None, NOW)[1] == NOW + timedelta(minutes=15)


def test_a_lock_ends_at_its_moment() -> None:
    assert domain.is_locked(NOW, NOW - timedelta(microseconds=1))
    assert not domain.is_locked(NOW, NOW)
    assert not domain.is_locked(None, NOW)


@given(st.integers(0, 40 * 86_400), st.integers(0, 30 * 86_400))
@example(14 * 86_400 - 1, 30 * 86_400)
@example(14 * 86_400, 30 * 86_400)
@example(86_400, 86_400)
def test_a_refresh_token_dies_with_its_family_or_of_idleness(age: int, left: int) -> None:
    family_ends = NOW + timedelta(seconds=left)
    now = NOW + timedelta(seconds=age)
    alive = domain.is_alive(NOW, family_ends, now)
    assert alive == (age < left and age < 14 * 86_400)


def test_refresh_tokens_cannot_be_guessed_or_read_from_the_table() -> None:
    made = {domain.new_refresh_token() for _ in range(50)}
    assert len(made) == 50 and all(len(token) >= 43 for token in made)
    for token in made:
        assert token not in domain.digest_of(token) and len(domain.digest_of(token)) == 64
    assert domain.digest_of("a") == domain.digest_of("a") != domain.digest_of("b")


@pytest.mark.parametrize(
    ("one", "other"), [("Siti", "siti"), (" siti\t", "siti"), ("STRASSE", "straße")]
)
def test_a_login_has_one_form(one: str, other: str) -> None:
    assert domain.normalised(one) == domain.normalised(other)


@given(st.text(max_size=30))
def test_the_one_form_stays_itself(login: str) -> None:
    once = domain.normalised(login)
    assert domain.normalised(once).strip() == domain.normalised(once)
