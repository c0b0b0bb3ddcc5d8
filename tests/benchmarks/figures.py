"""What a row of the table says: figures, each with its bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.benchmarks.measure import median


class Better(StrEnum):
    """Which way is the good one."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Figure:
    """One number, measured once or several times; what counts is the median.

    bar: what it must reach (if more is better) or must not exceed; None for what is only told.
    """

    name: str
    values: tuple[float, ...]
    unit: str
    better: Better
    bar: float | None = None

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether it reaches its bar; None if it has none."""
        if self.bar is None:
            return None
        return self.value >= self.bar if self.better is Better.MORE else self.value <= self.bar

    def data(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name,
            "value": self.value,
            "low": min(self.values),
            "high": max(self.values),
            "samples": len(self.values),
            "unit": self.unit,
            "better": self.better.value,
            "bar": self.bar,
            "met": self.is_met,
        }


def less(name: str, unit: str, values: Sequence[float] | float, bar: float | None = None) -> Figure:
    """A figure that should be small."""
    return Figure(name, _all(values), unit, Better.LESS, bar)


def more(name: str, unit: str, values: Sequence[float] | float, bar: float | None = None) -> Figure:
    """A figure that should be large."""
    return Figure(name, _all(values), unit, Better.MORE, bar)


def _all(values: Sequence[float] | float) -> tuple[float, ...]:
    return (float(values),) if isinstance(values, (int, float)) else tuple(map(float, values))


@dataclass(frozen=True)
class Outcome:
    """What a row found. notes: what one has to know to read its figures."""

    figures: Sequence[Figure]
    notes: Sequence[str] = ()
