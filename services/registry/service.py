"""The registry service: entrypoints only."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.chassis.errors import NotFound
from services.chassis.offload import Offload
from services.chassis.runtime import Chassis, ChassisService, operation, repeated
from services.chassis.unit_of_work import UnitOfWork
from services.registry import api_key_contract, contract, email_contract
from services.registry.identity import api_keys, commands, emails, passwords, repository
from services.registry.settings import Settings

FORGET_SECONDS = 600.0
ANNOUNCE_SECONDS = 60.0
hashing = Offload(threads=2, queue=32)


def verify_password(stored: str | None, password: str) -> bool:
    """Verify in a thread; the hub goes on."""
    return hashing.run(passwords.verify_password, stored, password)


class RegistryService(ChassisService):
    """Identity provider; the civil registry follows."""

    name = contract.CONTRACT.service
    chassis: Any = Chassis(contract.CONTRACT, Settings)

    @operation(contract.ISSUE_TOKEN)
    def issue_token(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Log in."""
        open_work = partial(self.chassis.work, work.call)
        return commands.log_in(open_work, body, verify_password, self._issuer)

    @operation(contract.REFRESH_TOKEN)
    def refresh_token(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Get new tokens."""
        return commands.refresh(partial(self.chassis.work, work.call), body, self._issuer)

    @operation(contract.REVOKE_TOKEN)
    def revoke_token(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Log out."""
        return commands.revoke(work, body)

    @operation(contract.JWKS)
    def jwks(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """The public keys, old ones included."""
        keys: dict[str, Any] = self.chassis.settings.public_keys()
        return keys

    @operation(contract.WHO_AM_I)
    def who_am_i(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """The caller's account."""
        account = repository.by_id(work, work.call.principal.subject)
        if account is None:
            raise NotFound()
        return account

    @operation(contract.CREATE_ACCOUNT)
    def create_account(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Make an account."""
        password_hash = hashing.run(passwords.hash_password, body["password"])
        with self.chassis.work(work.call) as own:
            return commands.create_account(own, body, password_hash, self.chassis.city.agencies)

    @operation(email_contract.SET_EMAIL)
    def set_email(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for a code."""
        return emails.set_email(work, body)

    @operation(email_contract.VERIFY_EMAIL)
    def verify_email(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Use it."""
        open_work = partial(self.chassis.work, work.call)
        return emails.verify_email(open_work, body, self.chassis.settings.code_secret)

    @operation(email_contract.GET_EMAIL)
    def get_email(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """The caller's address."""
        return emails.get_email(work)

    @operation(email_contract.FORGET_EMAIL)
    def forget_email(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Forget it."""
        return emails.forget_email(work)

    @operation(email_contract.CONTACT_OF_ACCOUNT)
    def contact_of_account(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Tell another service where to write."""
        return emails.contact_of_account(work, body)

    @operation(email_contract.FETCH_VERIFICATION)
    def fetch_verification(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Tell it what code to send."""
        return emails.fetch_verification(work, body, self.chassis.settings.code_secret)

    @operation(api_key_contract.OPEN_APP)
    def open_app(self, work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
        """Let an app in."""
        return api_keys.open_app(work, body, self.chassis.settings.identity_signing_key)

    @repeated(FORGET_SECONDS)
    def forget_verifications(self) -> bool:
        """Delete verifications that are over."""
        with self.chassis.work() as work:
            more = emails.forget_verifications(work)
            work.commit()
        return more

    @repeated(FORGET_SECONDS)
    def forget_tokens(self) -> bool:
        """Delete refresh tokens that are over."""
        with self.chassis.work() as work:
            more = commands.forget_tokens(work)
            work.commit()
        return more

    @repeated(ANNOUNCE_SECONDS)
    def announce_accounts(self) -> bool:
        """Tell of accounts that an earlier version made."""
        with self.chassis.work() as work:
            more = commands.announce_accounts(work)
            work.commit()
        return more

    @property
    def _issuer(self) -> commands.Issuer:
        return commands.Issuer(self.chassis.settings.identity_signing_key)
