"""Numbers are only as good as how they are taken."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.measure import (
    Meter,
    median,
    parse_stat,
    percentile,
    running,
    tree_seconds,
)
from tests.waiting import eventually

NUMBERS = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)
BUSY = "while True: pass"


@given(NUMBERS, st.floats(0, 100))
def test_a_percentile_is_one_of_the_values_and_bounds_its_share(
    values: list[float], percent: float
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-9


@given(NUMBERS)
def test_half_of_all_lie_on_either_side_of_the_median(values: list[float]) -> None:
    found = median(values)
    assert 2 * sum(value <= found for value in values) >= len(values)
    assert 2 * sum(value >= found for value in values) >= len(values)


def test_of_nothing_there_is_neither() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 95)
    with pytest.raises(ValueError, match="nothing"):
        median([])


def test_a_name_may_hold_blanks_and_brackets() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    times = f"{ticks} {2 * ticks} {3 * ticks} {4 * ticks}"
    stat = f"12 (a) b (c) S 7 1 1 0 -1 0 0 0 0 0 {times} 20 0 1 0"
    assert parse_stat(stat) == (7, 10.0)


def test_a_tree_is_all_that_is_below_it() -> None:
    processes = {1: (0, 1.0), 2: (1, 2.0), 3: (2, 4.0), 4: (1, 8.0), 5: (0, 16.0)}
    assert tree_seconds(processes, 1) == 15.0
    assert tree_seconds(processes, 2) == 6.0
    assert tree_seconds(processes, 99) == 0.0


def test_a_busy_child_is_counted_also_after_its_end() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], timeout=9)"
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        meter = Meter({"busy": [process.pid], "nobody": []})
        try:
            eventually(lambda: meter.spent()["busy"] > 0.1, what="the child's CPU")
            child = next(pid for pid, (up, _) in running().items() if up == process.pid)
            before = meter.spent()["busy"]
            os.kill(child, 9)
            eventually(lambda: child not in running(), what="the child's end")
            # reaped, its seconds are its parent's; the parent may have ended as well
            assert meter.spent()["busy"] >= before or process.poll() is not None
            assert meter.spent()["nobody"] == 0.0
        finally:
            process.kill()
