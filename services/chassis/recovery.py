"""Numbers that must not be given twice, after a database was restored from a backup."""

from __future__ import annotations

import math


def skipped(seconds_lost: float, *, at_least: int, per_second: int) -> int:
    """How many numbers to skip: more than can have been given since the backup.

    seconds_lost: since the backup. per_second: more than are given on average. The longer ago the
    backup was made the more are skipped, so that the same backup can be restored again: what was
    given between the two is skipped, too. at_least: for what comes in a rush.
    """
    return at_least + math.ceil(max(0.0, seconds_lost) * per_second)
