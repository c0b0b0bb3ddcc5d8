"""What can be done with e-mail addresses of accounts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.registry import email_contract, errors
from services.registry.identity import email_domain, email_repository

OpenWork = Callable[[], AbstractContextManager[UnitOfWork]]
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def set_email(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a code to be sent to an address; the one that is verified stays until then.

    Raises TooManyCodes, NotFound if the account is gone.
    """
    account_id = _locked(work)["id"]
    if email_repository.recent(work, account_id, _HOUR) >= email_domain.CODES_PER_HOUR:
        raise email_contract.TooManyCodes()
    before = email_repository.state(work, account_id)
    verification = _new(work, body)
    email_repository.add(work, verification)
    told = {"verification_id": verification["id"], "account_id": account_id}
    work.emit(email_contract.VERIFICATION_REQUESTED, verification["id"], 1, told)
    work.audit("email.verification_requested", account_id)
    return before | {"pending": verification["email"]}


def verify_email(open_work: OpenWork, body: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """The address is the caller's if the code is right. Raises NotFound if the account is gone.

    The right one again is no error while the address stands. A wrong one is counted, durably, and
    Invalid is raised: the same for a wrong code, one that is too old, and after too many tries.
    """
    with open_work() as work:
        account = _locked(work)
        account_id = account["id"]
        found = email_repository.latest(work, account_id)
        if found is not None and _is_repeated(work, found, body["code"], secret):
            return _proven(found)
        if found is None or not email_domain.is_open(found, work.clock.now()):
            raise errors.wrong_code()
        if not email_domain.fits(secret, found, body["code"]):
            email_repository.update(work, found | {"tries": found["tries"] + 1})
            work.audit("email.wrong_code", account_id)
            work.commit()
            raise errors.wrong_code()
        email_repository.update(work, found | {"used_at": work.clock.now()})
        email_repository.keep(work, found)
        _changed(work, account, "email.verified")
        work.commit()
    return _proven(found)


def get_email(work: UnitOfWork) -> dict[str, Any]:
    """The caller's address."""
    return email_repository.state(work, work.call.principal.subject)


def forget_email(work: UnitOfWork) -> dict[str, Any]:
    """Forget the caller's address; again is no error."""
    account = _locked(work)
    email_repository.forget(work, account["id"])
    _changed(work, account, "email.forgotten")
    return {"email": None, "language": None, "pending": None}


def contact_of_account(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Where to write to somebody; who asks and what for is audited."""
    found = email_repository.contact(work, body["account_id"])
    work.audit("contact.read", body["account_id"], purpose=body["purpose"])
    return found or {"email": None, "language": None}


def fetch_verification(work: UnitOfWork, body: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """What to send; fetched again, another code, and the one before is void.

    Raises NotFound for one that is unknown, used, too old, or was fetched too often.
    """
    found = email_repository.by_id(work, body["verification_id"])
    if found is None or not email_domain.is_open(found, work.clock.now()):
        raise NotFound()
    if found["fetches"] >= email_domain.MOST_FETCHES:
        raise NotFound()
    fetches = found["fetches"] + 1
    email_repository.update(work, found | {"fetches": fetches})
    work.audit("email.code_fetched", found["account_id"], purpose="verification")
    code = email_domain.code_of(secret, found["id"], fetches)
    return {"email": found["email"], "language": found["language"], "code": code}


def forget_verifications(work: UnitOfWork) -> bool:
    """Delete verifications that ended a day ago; whether there may be more."""
    return email_repository.sweep(work, work.clock.now() - _DAY) > 0


def _proven(verification: Row) -> dict[str, Any]:
    return {
        "email": verification["email"],
        "language": verification["language"],
        "pending": None,
    }


def _is_repeated(work: UnitOfWork, verification: Row, code: str, secret: bytes) -> bool:
    standing = email_repository.contact(work, verification["account_id"])
    email, now = standing["email"] if standing else None, work.clock.now()
    is_done = email_domain.is_done(verification, email, now)
    return is_done and email_domain.fits(secret, verification, code)


def _new(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    now = work.clock.now()
    return {
        "id": new_id(),
        "account_id": work.call.principal.subject,
        "email": body["email"],
        "language": body.get("language", work.call.language),
        "created_at": now,
        "expires_at": now + email_domain.LIFETIME,
    }


def _locked(work: UnitOfWork) -> Row:
    account = email_repository.lock_account(work, work.call.principal.subject)
    if account is None:
        raise NotFound()
    return account


def _changed(work: UnitOfWork, account: Row, action: str) -> None:
    changed = account | {"version": account["version"] + 1}
    email_repository.set_version(work, changed)
    told = {"account_id": account["id"]}
    work.emit(email_contract.CONTACT_CHANGED, account["id"], changed["version"], told)
    work.audit(action, account["id"])
