"""What operators do with accounts: disable, enable, another password, another role."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract
from services.registry.identity import domain, repository
from services.registry.identity.commands import check_agency

ACTIVE, DISABLED = "active", "closed"


def disable(work: UnitOfWork, login: str) -> Row:
    """Nobody can log in with the account any more, and its sessions end. Raises NotFound.

    Access tokens that are out work until they expire. Doing it again changes nothing.
    """
    return _change(work, _locked(work, login), "account.disabled", {"state": DISABLED})


def enable(work: UnitOfWork, login: str) -> Row:
    """One can log in with it again. Raises NotFound."""
    return _change(work, _locked(work, login), "account.enabled", {"state": ACTIVE})


def set_role(
    work: UnitOfWork, login: str, role: str, agency: str | None, agencies: Collection[str]
) -> Row:
    """Give it another role; its sessions end. Raises NotFound, Invalid for a wrong agency."""
    check_agency(role, agency, agencies)
    changes = {"role": role, "agency": agency}
    return _change(work, _locked(work, login), "account.role_changed", changes)


def set_password(work: UnitOfWork, login: str, password_hash: str) -> Row:
    """Replace its password; its sessions end. Raises NotFound."""
    account = _locked(work, login)
    repository.set_password(work, account["id"], password_hash)
    work.audit("account.password_replaced", account["id"], purpose="administration")
    return account


def _locked(work: UnitOfWork, login: str) -> Row:
    account = repository.lock_login(work, domain.normalised(login))
    if account is None:
        raise NotFound()
    return account


def _change(work: UnitOfWork, account: Row, action: str, changes: Row) -> Row:
    if account | changes == account:
        return account
    changed = account | changes | {"version": account["version"] + 1}
    repository.set_standing(work, changed)
    repository.revoke_all(work, account["id"])
    work.audit(action, account["id"], purpose="administration")
    told = {
        "account_id": account["id"],
        "role": changed["role"],
        "agency": changed["agency"],
        "active": changed["state"] == ACTIVE,
    }
    work.emit(contract.ACCOUNT_CHANGED, account["id"], changed["version"], told)
    return changed
