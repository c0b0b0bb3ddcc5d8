"""A row of the table: what it is called, how it is measured, and how long one may measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.figures import Outcome
from tests.benchmarks.stage import Stage


@dataclass(frozen=True)
class Scale:
    """How thorough. rounds: how often each contestant has its turn. seconds: of one turn.

    full: also what takes many minutes.
    """

    rounds: int
    seconds: float
    full: bool = False


QUICK = Scale(rounds=1, seconds=2.0)
USUAL = Scale(rounds=5, seconds=5.0)


@dataclass(frozen=True)
class Row:
    """letter: by which it is asked for. title: what is measured."""

    letter: str
    title: str
    measure: Callable[[Stage, Scale], Outcome]
