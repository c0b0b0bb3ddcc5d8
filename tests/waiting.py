"""Wait for a condition instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], seconds: float = 60.0, what: str = "condition") -> T:
    """Ask again and again until the answer is true; return it.

    The bound is generous: it ends a hanging test, it measures nothing.
    """
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not come true within {seconds:.0f} s: {found!r}")
        time.sleep(0.05)
