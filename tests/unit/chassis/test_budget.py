"""A call that waits too long for its turn is refused while its caller still listens."""

from __future__ import annotations

import time

import pytest

from services.chassis.call import PATIENCE, Budget
from services.chassis.errors import Busy, from_data


def waited(share: float, seconds: float = 4.0) -> Budget:
    """One that has used up that share of its budget."""
    return Budget(seconds, time.monotonic() - seconds * share)


def test_who_came_just_now_is_served() -> None:
    Budget(4.0).check_turn()
    waited(PATIENCE / 2, seconds=100).check_turn()


@pytest.mark.parametrize("share", [PATIENCE, 0.9, 1.0, 2.0])
def test_who_waited_too_long_is_refused(share: float) -> None:
    with pytest.raises(Busy) as refused:
        waited(share).check_turn()
    assert refused.value.status == 503 and refused.value.retry_after is not None
    assert isinstance(from_data(refused.value.data()), Busy)


def test_what_is_left_runs_out() -> None:
    assert waited(0.5, seconds=100).left == pytest.approx(50, abs=1)
    assert waited(2.0).left < 0
