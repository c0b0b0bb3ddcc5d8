"""Accounts and refresh tokens in the schema `identity`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_COLUMNS = """id::text, login, password_hash, role, agency, state, failures, locked_until,
  version"""
_BY_LOGIN = f"SELECT {_COLUMNS} FROM identity.account WHERE login = %(login)s"
_BY_ID = f"SELECT {_COLUMNS} FROM identity.account WHERE id = %(id)s"

_INSERT = """
INSERT INTO identity.account (id, login, password_hash, role, agency, created_at, announced)
VALUES (%(id)s, %(login)s, %(password_hash)s, %(role)s, %(agency)s, %(at)s, true)"""

_FAILURES = """
UPDATE identity.account SET failures = %(failures)s, locked_until = %(locked_until)s
WHERE id = %(id)s"""

_PASSWORD = """
UPDATE identity.account SET password_hash = %(password_hash)s, failures = 0, locked_until = NULL
WHERE id = %(id)s"""

_STANDING = """
UPDATE identity.account
SET state = %(state)s, role = %(role)s, agency = %(agency)s, version = %(version)s
WHERE id = %(id)s"""

_NOT_ANNOUNCED = f"""
SELECT {_COLUMNS} FROM identity.account WHERE NOT announced ORDER BY id LIMIT %(rows)s
FOR UPDATE SKIP LOCKED"""
_ANNOUNCED = "UPDATE identity.account SET announced = true WHERE id = %(id)s"

_TOKEN = """
SELECT t.digest, t.family::text, t.account_id::text, t.issued_at, t.family_ends_at, t.used_at,
  t.revoked_at, a.role, a.agency, a.state
FROM identity.refresh_token t JOIN identity.account a ON a.id = t.account_id
WHERE t.digest = %(digest)s"""

_LOCK_OWNER = """
SELECT id::text FROM identity.account
WHERE id = (SELECT account_id FROM identity.refresh_token WHERE digest = %(digest)s) FOR UPDATE"""

_ADD_TOKEN = """
INSERT INTO identity.refresh_token (digest, family, account_id, issued_at, family_ends_at)
VALUES (%(digest)s, %(family)s, %(account_id)s, %(at)s, %(family_ends_at)s)"""

_USE_TOKEN = "UPDATE identity.refresh_token SET used_at = %(at)s WHERE digest = %(digest)s"

_REVOKE = """
UPDATE identity.refresh_token SET revoked_at = %(at)s
WHERE family = %(family)s AND revoked_at IS NULL"""

_REVOKE_ALL = """
UPDATE identity.refresh_token SET revoked_at = %(at)s
WHERE account_id = %(account_id)s AND revoked_at IS NULL"""

_FORGET = """
WITH old AS (DELETE FROM identity.refresh_token WHERE digest = ANY(ARRAY(
  SELECT digest FROM identity.refresh_token WHERE family_ends_at < %(before)s LIMIT 1000))
  RETURNING 1)
SELECT count(*) AS count FROM old"""


def by_login(work: UnitOfWork, login: str) -> Row | None:
    """The account of a (normalised) login."""
    return work.first(_BY_LOGIN, {"login": login})


def by_id(work: UnitOfWork, account_id: str) -> Row | None:
    """One account."""
    return work.first(_BY_ID, {"id": account_id})


def lock(work: UnitOfWork, account_id: str) -> Row | None:
    """One account, locked until commit."""
    return work.first(f"{_BY_ID} FOR UPDATE", {"id": account_id})


def lock_login(work: UnitOfWork, login: str) -> Row | None:
    """The account of a (normalised) login, locked until commit."""
    return work.first(f"{_BY_LOGIN} FOR UPDATE", {"login": login})


def insert(work: UnitOfWork, account: dict[str, Any]) -> None:
    """Add an account."""
    work.write(_INSERT, account | {"at": work.clock.now()})


def not_announced(work: UnitOfWork, rows: int) -> list[Row]:
    """Accounts that no event told of, locked until commit."""
    return work.all(_NOT_ANNOUNCED, {"rows": rows})


def set_announced(work: UnitOfWork, account_id: str) -> None:
    """An event told of it."""
    work.write(_ANNOUNCED, {"id": account_id})


def set_failures(work: UnitOfWork, account_id: str, failures: int, locked_until: Any) -> None:
    """Remember how often the password was wrong."""
    values = {"id": account_id, "failures": failures, "locked_until": locked_until}
    work.write(_FAILURES, values)


def set_password(work: UnitOfWork, account_id: str, password_hash: str) -> None:
    """Replace the password; whoever was logged in with the old one must log in again."""
    work.write(_PASSWORD, {"id": account_id, "password_hash": password_hash})
    revoke_all(work, account_id)


def set_standing(work: UnitOfWork, account: Row) -> None:
    """Write state, role, agency and version of an account."""
    work.write(_STANDING, account)


def revoke_all(work: UnitOfWork, account_id: str) -> None:
    """Whoever is logged in with the account must log in again."""
    work.write(_REVOKE_ALL, {"account_id": account_id, "at": work.clock.now()})


def lock_token(work: UnitOfWork, digest: str) -> Row | None:
    """A refresh token with its account; the account is locked until commit.

    A lock on the token alone would not do: whoever revokes the family does not see the successor
    that another transaction is about to add. Two statements, so that the second one reads what
    was committed while the first one waited.
    """
    if work.first(_LOCK_OWNER, {"digest": digest}) is None:
        return None
    return work.first(_TOKEN, {"digest": digest})


def add_token(work: UnitOfWork, token: dict[str, Any]) -> None:
    """Add a refresh token."""
    work.write(_ADD_TOKEN, token | {"at": work.clock.now()})


def use_token(work: UnitOfWork, digest: str) -> None:
    """This one was used."""
    work.write(_USE_TOKEN, {"digest": digest, "at": work.clock.now()})


def revoke_family(work: UnitOfWork, family: str) -> None:
    """None of the family is good any more."""
    work.write(_REVOKE, {"family": family, "at": work.clock.now()})


def forget_tokens(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of tokens whose family ended before that time; how many there were."""
    row = work.first(_FORGET, {"before": before})
    assert row is not None
    return int(row["count"])
