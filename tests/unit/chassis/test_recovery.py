"""Numbers that were given since a backup are never given again, however often it is restored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.recovery import skipped

lost = st.floats(0, 10**8)


@given(lost, st.lists(st.floats(0.001, 10**6), max_size=5), st.integers(1, 1_000))
def test_the_same_backup_can_be_restored_again(
    first: float, pauses: list[float], per_second: int
) -> None:
    """Whoever gives at most so many a second never reaches what the next restore skips to."""
    at, reached = first, skipped(first, at_least=10, per_second=per_second)
    for pause in pauses:
        given_meanwhile = int(pause * per_second)
        at += pause
        again = skipped(at, at_least=10, per_second=per_second)
        assert again >= reached + given_meanwhile - 1  # floats
        reached = again


def test_a_clock_that_went_back_skips_something_too() -> None:
    assert skipped(-5.0, at_least=10, per_second=3) == 10
