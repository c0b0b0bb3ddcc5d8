"""What must be done when the database was restored from a backup."""

from __future__ import annotations

from services.chassis import recovery
from services.chassis.database import Params

# one transaction moves at most a few hundred entries
AT_LEAST, PER_SECOND = 1_000_000, 1_000
# fully named: it runs with an empty search path
_SKIP = """
SELECT pg_catalog.setval('public.feed_position_seq', last_value + %(count)s)
FROM public.feed_position_seq"""


def after_restore(seconds_lost: float) -> tuple[str, Params]:
    """The statement that skips the positions which the feed gave away since the backup.

    A client that has seen a lost entry would miss another one that got its position. seconds_lost:
    since the backup.
    """
    count = recovery.skipped(seconds_lost, at_least=AT_LEAST, per_second=PER_SECOND)
    return _SKIP, {"count": count}
