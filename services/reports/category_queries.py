"""When the categories changed."""

from __future__ import annotations

from datetime import datetime

from services.chassis.unit_of_work import UnitOfWork

# one process after the other, so that a change is noted once
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('catalogue_change')) IS NULL AS locked"
_LAST = "SELECT digest FROM catalogue_change ORDER BY id DESC LIMIT 1"
_SINCE = "SELECT max(at) AS at FROM catalogue_change WHERE digest = %(digest)s"
_ADD = "INSERT INTO catalogue_change (digest, at) VALUES (%(digest)s, %(at)s)"


def changed_at(work: UnitOfWork, digest: str) -> datetime | None:
    """Since when they are as that digest says; None if that was never noted."""
    row = work.first(_SINCE, {"digest": digest})
    found: datetime | None = row["at"] if row else None
    return found


def lock_last_digest(work: UnitOfWork) -> str | None:
    """What was noted last; nobody else notes anything until this transaction ends."""
    work.first(_LOCK)
    row = work.first(_LAST)
    return str(row["digest"]) if row else None


def add_change(work: UnitOfWork, digest: str) -> None:
    """They are so from now on."""
    work.write(_ADD, {"digest": digest, "at": work.clock.now()})
