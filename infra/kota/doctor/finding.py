"""One thing that a doctor finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """is_problem: something does not work or a promise is in danger; else it is a warning.

    what: in the operator's words. remedy: what to do.
    """

    area: str
    what: str
    remedy: str
    is_problem: bool = True


def warning(area: str, what: str, remedy: str) -> Finding:
    """Nothing is broken yet."""
    return Finding(area, what, remedy, is_problem=False)
