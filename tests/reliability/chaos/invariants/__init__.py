"""What must hold after every scenario: pure functions over a history and what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.reliability.chaos.invariants import (
    i1_readable,
    i2_told_once,
    i3_settled,
    i4_answered,
    i5_ordered,
    i6_audited,
    i7_counted,
)
from tests.reliability.chaos.invariants.evidence import Evidence

INVARIANTS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": i1_readable.check,
    "I2": i2_told_once.check,
    "I3": i3_settled.check,
    "I4": i4_answered.check,
    "I5": i5_ordered.check,
    "I6": i6_audited.check,
    "I7": i7_counted.check,
}


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """What does not hold, by invariant; empty if all do."""
    found = {name: list(check(evidence)) for name, check in INVARIANTS.items()}
    return {name: complaints for name, complaints in found.items() if complaints}


__all__ = ["INVARIANTS", "Evidence", "violations"]
