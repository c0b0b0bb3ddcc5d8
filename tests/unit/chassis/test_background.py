"""The loops beside requests."""

from __future__ import annotations

import time
from itertools import pairwise

from services.chassis.background import Loop

PAUSE = 0.05


def test_what_pokes_ask_for_shortly_after_each_other_is_done_together() -> None:
    began: list[float] = []

    def step() -> bool:
        began.append(time.monotonic())
        loop._stopping = len(began) == 4
        loop.poke()
        return False

    loop = Loop("test-pause", step, 60.0, pause=PAUSE)
    loop._run()
    assert min(b - a for a, b in pairwise(began)) >= 0.9 * PAUSE
