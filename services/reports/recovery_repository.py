"""What must be done when the database was restored from a backup."""

from __future__ import annotations

from services.chassis import recovery
from services.chassis.database import Params

# a city takes in a few thousand reports on a day
AT_LEAST, PER_SECOND = 10_000, 1
# fully named: it runs with an empty search path
_SKIP = """
SELECT pg_catalog.setval('public.report_serial', r.last_value + %(count)s),
  pg_catalog.setval('public.follower_serial', f.last_value + %(count)s)
FROM public.report_serial r, public.follower_serial f"""


def after_restore(seconds_lost: float) -> tuple[str, Params]:
    """The statement that skips the serials which were given away since the backup.

    A report that was lost has a number and a tracking code that somebody keeps: they must never
    open another report. And whoever has heard of a later change of followers believes no earlier
    one. seconds_lost: since the backup.
    """
    count = recovery.skipped(seconds_lost, at_least=AT_LEAST, per_second=PER_SECOND)
    return _SKIP, {"count": count}
