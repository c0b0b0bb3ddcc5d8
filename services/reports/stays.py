"""How long reports stay in a state, as it is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


def told_hours(since: datetime, until: datetime) -> int:
    """Whole hours, of large numbers the first two digits: 99, 120, 3400.

    As `report_hours` in the database, which counts what happens; so few different ones come out
    that a year of them is added up at once.
    """
    hours = max(0, (until - since) // _HOUR)
    if hours < 100:
        return hours
    return int(hours - hours % 10 ** max(0, len(str(hours)) - 2))
