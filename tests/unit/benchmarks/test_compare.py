"""What a run is compared with, and what a bar says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.compare import Runs, change, figure_of
from tests.benchmarks.figures import Figure, less, more
from tests.benchmarks.show import number


@pytest.mark.parametrize(
    ("figure", "is_met"),
    [
        (more("rate", "/s", [70, 80, 90], 80), True),
        (more("rate", "/s", [70, 79, 90], 80), False),
        (less("p95", "ms", [100, 200, 300], 200), True),
        (less("p95", "ms", 201, 200), False),
        (less("p95", "ms", 201), None),
    ],
)
def test_the_median_counts(figure: Figure, is_met: bool | None) -> None:
    assert figure.is_met is is_met


@pytest.mark.parametrize(
    ("before", "now", "better", "verdict"),
    [
        (100, 105, "more", "same"),
        (100, 120, "more", "better"),
        (100, 80, "more", "worse"),
        (100, 120, "less", "worse"),
        (100, 80, "less", "better"),
    ],
)
def test_a_change_is_better_or_worse(before: float, now: float, better: str, verdict: str) -> None:
    found = change({"value": now, "better": better}, {"value": before, "better": better})
    assert found is not None
    assert (found.before, found.ratio, found.verdict) == (before, now / before, verdict)


def test_there_is_nothing_to_compare_a_first_run_with() -> None:
    assert change({"value": 1.0, "better": "more"}, None) is None
    assert change({"value": 1.0, "better": "more"}, {"value": 0.0, "better": "more"}) is None
    assert figure_of(None, "rate") is None


def test_a_row_that_was_not_run_keeps_its_last_outcome(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    assert runs.last() == {}
    rows = {letter: {"figures": [more(letter, "/s", 1).data()]} for letter in "ab"}
    first = runs.keep({"at": "2026-01-01T00:00:00+00:00", "rows": rows})
    rows = {"b": {"figures": [more("b", "/s", 2).data()]}}
    second = runs.keep({"at": "2026-01-02T00:00:00+00:00", "rows": rows})
    assert first != second and first.exists()
    last = runs.last()
    found = {letter: figure_of(last[letter], letter) for letter in "ab"}
    assert {letter: one and one["value"] for letter, one in found.items()} == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.4, "0.40"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346"), (3, "3")],
)
def test_no_more_digits_than_one_may_believe(value: float, shown: str) -> None:
    assert number(value) == shown
