"""Keys of apps in the schema `identity`."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.database import Row, Session
from services.chassis.unit_of_work import UnitOfWork

_COLUMNS = "id, name, contact, purpose, per_minute, created_at, revoked_at, last_used_on"
_BY_DIGEST = f"SELECT {_COLUMNS} FROM identity.api_key WHERE digest = %(digest)s"
_LOCKED = f"SELECT {_COLUMNS} FROM identity.api_key WHERE id = %(id)s FOR UPDATE"
_LIST = f"""
SELECT {_COLUMNS} FROM identity.api_key
WHERE %(all)s OR revoked_at IS NULL ORDER BY name, created_at, id"""
_COUNT = "SELECT count(*) AS made FROM identity.api_key WHERE name = %(name)s"

_INSERT = """
INSERT INTO identity.api_key (id, name, digest, contact, purpose, per_minute, created_at)
VALUES (%(id)s, %(name)s, %(digest)s, %(contact)s, %(purpose)s, %(per_minute)s, %(created_at)s)"""
_REVOKE = "UPDATE identity.api_key SET revoked_at = %(revoked_at)s WHERE id = %(id)s"
_LIMIT = "UPDATE identity.api_key SET per_minute = %(per_minute)s WHERE id = %(id)s"
_USED = """
UPDATE identity.api_key SET last_used_on = %(day)s
WHERE id = %(id)s AND last_used_on IS DISTINCT FROM %(day)s"""


def by_digest(work: UnitOfWork, digest: str) -> Row | None:
    """The key of that digest, revoked or not."""
    return work.first(_BY_DIGEST, {"digest": digest})


def locked(work: UnitOfWork, key_id: str) -> Row | None:
    """A key that nobody else changes until this transaction ends."""
    return work.first(_LOCKED, {"id": key_id})


def made(work: UnitOfWork, name: str) -> int:
    """How many keys an app was ever given."""
    row = work.first(_COUNT, {"name": name})
    assert row is not None
    return int(row["made"])


def insert(work: UnitOfWork, key: dict[str, Any]) -> None:
    """Add a new key."""
    work.write(_INSERT, key)


def revoke(work: UnitOfWork, key: Row) -> None:
    """Write that it works no more."""
    work.write(_REVOKE, key)


def set_limit(work: UnitOfWork, key: Row) -> None:
    """Write how often it may be used."""
    work.write(_LIMIT, key)


def remember_use(work: UnitOfWork, key_id: str, day: date) -> None:
    """It was used on that day."""
    work.write(_USED, {"id": key_id, "day": day})


def all_keys(session: Session, *, with_revoked: bool) -> list[Row]:
    """The keys by app, those that were revoked only if asked for."""
    return session.execute(session.render(_LIST, {"all": with_revoked}))
