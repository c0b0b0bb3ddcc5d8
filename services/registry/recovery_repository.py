"""What must be done when the database was restored from a backup."""

from __future__ import annotations

from services.chassis import recovery
from services.chassis.database import Params

AT_LEAST, PER_SECOND = 10_000, 1
_SKIP = "UPDATE identity.account SET version = version + %(count)s"


def after_restore(seconds_lost: float) -> tuple[str, Params]:
    """The statement that skips the versions which accounts may have had since the backup.

    Who has heard of a later version of an account believes no earlier one. seconds_lost: since the
    backup.
    """
    count = recovery.skipped(seconds_lost, at_least=AT_LEAST, per_second=PER_SECOND)
    return _SKIP, {"count": count}
