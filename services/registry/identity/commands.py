"""What can be done with accounts and tokens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import OKPKey

from services.chassis import tokens
from services.chassis.database import Row
from services.chassis.errors import Conflict
from services.chassis.ids import new_id
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract, errors
from services.registry.identity import domain, repository

OpenWork = Callable[[], AbstractContextManager[UnitOfWork]]
Verify = Callable[[str | None, str], bool]
UNKNOWN = "unknown"
ANNOUNCED_AT_ONCE = 100
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Issuer:
    """Makes tokens with registry's signing key."""

    key: OKPKey

    def issue(self, work: UnitOfWork, account: Row, family: Row | None = None) -> dict[str, Any]:
        """A pair of tokens; the refresh token joins `family` or begins a new one."""
        refresh = domain.new_refresh_token()
        ends_at = work.clock.now() + domain.FAMILY_LIFETIME
        token = {
            "digest": domain.digest_of(refresh),
            "family": family["family"] if family else new_id(),
            "account_id": account["id"],
            "family_ends_at": family["family_ends_at"] if family else ends_at,
        }
        repository.add_token(work, token)
        principal = Principal(account["id"], Role(account["role"]), account["agency"])
        return {
            "access_token": tokens.issue(principal, self.key, work.clock, domain.ACCESS_LIFETIME),
            "refresh_token": refresh,
            "expires_in": int(domain.ACCESS_LIFETIME.total_seconds()),
            "token_type": "Bearer",
        }


def log_in(
    open_work: OpenWork, body: dict[str, Any], verify: Verify, issuer: Issuer
) -> dict[str, Any]:
    """Tokens for login and password.

    Exactly one password verification, whoever asks; no connection is held meanwhile. Raises
    Unauthenticated, with the same words for a wrong password, an unknown login and a locked or
    closed account; the failure is counted and audited before.
    """
    with open_work() as work:
        seen = repository.by_login(work, domain.normalised(body["login"]))
        work.commit()
    verified = seen["password_hash"] if seen else None
    fits = verify(verified, body["password"])
    with open_work() as work:
        account = repository.lock(work, seen["id"] if seen else _NOBODY)
        if account is None or not fits or not _may_enter(work, account, verified):
            _record_failure(work, account)
            work.commit()
            raise errors.wrong_login()
        repository.set_failures(work, account["id"], 0, None)
        issued = issuer.issue(work, account)
        work.audit("login.succeeded", account["id"])
        work.commit()
    return issued


def refresh(open_work: OpenWork, body: dict[str, Any], issuer: Issuer) -> dict[str, Any]:
    """New tokens for a refresh token, which is used up.

    A token that was used before is taken for stolen: its whole family is revoked, durably, and
    Unauthenticated is raised.
    """
    with open_work() as work:
        token = repository.lock_token(work, domain.digest_of(body["refresh_token"]))
        if token is None or not _is_good(work, token):
            if token is not None and token["used_at"] is not None:
                repository.revoke_family(work, token["family"])
                work.audit("refresh.reused", token["account_id"])
            work.commit()
            raise errors.refused_refresh()
        repository.use_token(work, token["digest"])
        issued = issuer.issue(work, token | {"id": token["account_id"]}, token)
        work.commit()
    return issued


def revoke(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Log out: the token's family is revoked. An unknown token is no error (RFC 7009)."""
    token = repository.lock_token(work, domain.digest_of(body["refresh_token"]))
    if token is not None:
        repository.revoke_family(work, token["family"])
        work.audit("logout", token["account_id"])
    return {}


def create_account(
    work: UnitOfWork, body: dict[str, Any], password_hash: str, agencies: Collection[str]
) -> dict[str, Any]:
    """Make an account and commit. Raises Invalid for a wrong agency, LoginTaken."""
    check_agency(body["role"], body.get("agency"), agencies)
    account = {
        "id": new_id(),
        "login": domain.normalised(body["login"]),
        "password_hash": password_hash,
        "role": body["role"],
        "agency": body.get("agency"),
    }
    if repository.by_login(work, account["login"]) is not None:
        raise contract.LoginTaken()
    repository.insert(work, account)
    _announce(work, account)
    work.audit("account.created", account["id"])
    try:
        work.commit()
    except Conflict:
        raise contract.LoginTaken() from None
    return account


def announce_accounts(work: UnitOfWork) -> bool:
    """Tell of accounts that were made before anybody listened; whether there may be more."""
    accounts = repository.not_announced(work, ANNOUNCED_AT_ONCE)
    for account in accounts:
        _announce(work, account)
        repository.set_announced(work, account["id"])
    return len(accounts) == ANNOUNCED_AT_ONCE


def _announce(work: UnitOfWork, account: Row) -> None:
    created = {"account_id": account["id"], "role": account["role"], "agency": account["agency"]}
    work.emit(contract.ACCOUNT_CREATED, account["id"], 1, created)


def check_agency(role: str, agency: str | None, known: Collection[str]) -> None:
    """An agency's staff has an agency of the city pack, others have none. Raises Invalid."""
    if role not in domain.WITH_AGENCY:
        if agency is not None:
            raise errors.agency_not_allowed()
        return
    if agency is None:
        raise errors.agency_required()
    if agency not in known:
        raise errors.unknown_agency(list(known))


def _may_enter(work: UnitOfWork, account: Row, verified: str | None) -> bool:
    # the password may have been replaced while the old one was verified
    unchanged = account["password_hash"] == verified
    locked = domain.is_locked(account["locked_until"], work.clock.now())
    return account["state"] == "active" and unchanged and not locked


def _record_failure(work: UnitOfWork, account: Row | None) -> None:
    if account is not None:
        failures, locked_until = domain.after_failure(
            account["failures"], account["locked_until"], work.clock.now()
        )
        repository.set_failures(work, account["id"], failures, locked_until)
    work.audit("login.failed", account["id"] if account else UNKNOWN)


def _is_good(work: UnitOfWork, token: Row) -> bool:
    alive = domain.is_alive(token["issued_at"], token["family_ends_at"], work.clock.now())
    unused = token["used_at"] is None and token["revoked_at"] is None
    return alive and unused and token["state"] == "active"


def forget_tokens(work: UnitOfWork) -> bool:
    """Delete refresh tokens that no one can use any more; whether there may be more."""
    return repository.forget_tokens(work, work.clock.now()) > 0
