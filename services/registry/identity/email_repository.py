"""E-mail addresses and their verifications in the schema `identity`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_STATE = """
SELECT (SELECT email FROM identity.email WHERE account_id = %(id)s) AS email,
  (SELECT language FROM identity.email WHERE account_id = %(id)s) AS language,
  (SELECT email FROM identity.email_verification WHERE account_id = %(id)s
    AND used_at IS NULL AND expires_at > %(now)s ORDER BY id DESC LIMIT 1) AS pending"""
_LOCK_ACCOUNT = "SELECT id::text, version FROM identity.account WHERE id = %(id)s FOR UPDATE"
_VERSION = "UPDATE identity.account SET version = %(version)s WHERE id = %(id)s"
_RECENT = """
SELECT count(*) AS count FROM identity.email_verification
WHERE account_id = %(id)s AND created_at > %(since)s"""
_COLUMNS = """id::text, account_id::text, email, language, fetches, tries, expires_at, used_at"""
_LATEST = f"""
SELECT {_COLUMNS} FROM identity.email_verification WHERE account_id = %(id)s
ORDER BY id DESC LIMIT 1 FOR UPDATE"""
_BY_ID = f"""
SELECT {_COLUMNS} FROM identity.email_verification WHERE id = %(id)s
AND id = (SELECT max(id::text)::uuid FROM identity.email_verification latest
          WHERE latest.account_id = email_verification.account_id) FOR UPDATE"""
_ADD = """
INSERT INTO identity.email_verification (id, account_id, email, language, created_at, expires_at)
VALUES (%(id)s, %(account_id)s, %(email)s, %(language)s, %(created_at)s, %(expires_at)s)"""
_COUNT = """
UPDATE identity.email_verification SET fetches = %(fetches)s, tries = %(tries)s,
  used_at = %(used_at)s
WHERE id = %(id)s"""
_KEEP = """
INSERT INTO identity.email (account_id, email, language, verified_at)
VALUES (%(account_id)s, %(email)s, %(language)s, %(at)s)
ON CONFLICT (account_id) DO UPDATE
SET email = excluded.email, language = excluded.language, verified_at = excluded.verified_at"""
# that there were verifications is still counted; answers kept for repeats name the address, too
_FORGET = """
DELETE FROM identity.email WHERE account_id = %(id)s;
DELETE FROM chassis.idempotency WHERE principal = %(id)s::text AND operation = 'set_email';
UPDATE identity.email_verification SET email = '', used_at = coalesce(used_at, %(now)s)
WHERE account_id = %(id)s"""
_CONTACT = "SELECT email, language FROM identity.email WHERE account_id = %(id)s"
_SWEEP = """
WITH old AS (DELETE FROM identity.email_verification WHERE id = ANY(ARRAY(
  SELECT id FROM identity.email_verification WHERE expires_at < %(before)s LIMIT 1000))
  RETURNING 1)
SELECT count(*) AS count FROM old"""


def state(work: UnitOfWork, account_id: str) -> Row:
    """email, language, pending."""
    return work.all(_STATE, {"id": account_id, "now": work.clock.now()})[0]


def lock_account(work: UnitOfWork, account_id: str) -> Row | None:
    """id and version of an account; one thing is done to its contact at a time."""
    return work.first(_LOCK_ACCOUNT, {"id": account_id})


def set_version(work: UnitOfWork, account: Row) -> None:
    """Write the account's version."""
    work.write(_VERSION, account)


def recent(work: UnitOfWork, account_id: str, within: timedelta) -> int:
    """How many verifications there were lately."""
    values = {"id": account_id, "since": work.clock.now() - within}
    return int(work.all(_RECENT, values)[0]["count"])


def latest(work: UnitOfWork, account_id: str) -> Row | None:
    """The account's newest verification; older ones count no more."""
    return work.first(_LATEST, {"id": account_id})


def by_id(work: UnitOfWork, verification_id: str) -> Row | None:
    """A verification, if there is no newer one of its account."""
    return work.first(_BY_ID, {"id": verification_id})


def add(work: UnitOfWork, verification: dict[str, Any]) -> None:
    """Add one."""
    work.write(_ADD, verification)


def update(work: UnitOfWork, verification: Row) -> None:
    """Write fetches, tries and used_at."""
    work.write(_COUNT, verification)


def keep(work: UnitOfWork, verification: Row) -> None:
    """The address belongs to the account."""
    work.write(_KEEP, verification | {"at": work.clock.now()})


def forget(work: UnitOfWork, account_id: str) -> None:
    """Delete the address wherever it stands."""
    work.write(_FORGET, {"id": account_id, "now": work.clock.now()})


def contact(work: UnitOfWork, account_id: str) -> Row | None:
    """email, language of an account; None without a verified address."""
    return work.first(_CONTACT, {"id": account_id})


def sweep(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of verifications that ended before that time; how many there were."""
    return int(work.all(_SWEEP, {"before": before})[0]["count"])
