"""What must be done when the database was restored from a backup."""

from __future__ import annotations

from services.chassis.database import Params

SKIPPED = 10_000
_SKIP = "UPDATE identity.account SET version = version + %(count)s"


def after_restore(_seconds_lost: float) -> tuple[str, Params]:
    """The statement that skips the versions which accounts may have had since the backup.

    Who has heard of a later version of an account believes no earlier one.
    """
    return _SKIP, {"count": SKIPPED}
