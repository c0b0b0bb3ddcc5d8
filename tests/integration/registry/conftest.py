"""Registry's identity provider with an empty database and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from services.chassis.call import Call
from services.chassis.database import Database
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract
from services.registry.identity import commands, passwords
from tests.integration.calling import Caller
from tests.integration.conftest import Urls

ADMIN = Principal("an-admin", Role.ADMIN)
AGENCIES = ["HALL"]
PASSWORD = "a long enough one"
KEY = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)


class IdentityDesk:
    """Everything that can be asked of the identity provider.

    verified: what each password verification was asked to compare with.
    """

    def __init__(self, database: Database) -> None:
        self.caller = Caller(database)
        self.clock = self.caller.clock
        self.verified: list[str | None] = []
        self.issuer = commands.Issuer(KEY)

    @contextmanager
    def open_work(self) -> Iterator[UnitOfWork]:
        """A unit of work of one's own, as the service gives it to steps."""
        with self.caller.database.session() as session:
            yield UnitOfWork(session, call=Call(), clock=self.clock)

    def verify(self, stored: str | None, password: str) -> bool:
        """Verify, and take note of it."""
        self.verified.append(stored)
        return passwords.verify_password(stored, password)

    def log_in(self, login: str = "citizen-1", password: str = PASSWORD) -> Any:
        """A pair of tokens."""
        body = {"login": login, "password": password}
        return self.caller.ask(
            contract.ISSUE_TOKEN,
            lambda work, asked: commands.log_in(self.open_work, asked, self.verify, self.issuer),
            body,
        )

    def refresh(self, token: str) -> Any:
        """A new pair for a refresh token."""
        return self.caller.ask(
            contract.REFRESH_TOKEN,
            lambda work, asked: commands.refresh(self.open_work, asked, self.issuer),
            {"refresh_token": token},
        )

    def log_out(self, token: str) -> Any:
        """End the family of a refresh token."""
        return self.caller.ask(contract.REVOKE_TOKEN, commands.revoke, {"refresh_token": token})

    def create(self, login: str = "citizen-1", **more: Any) -> Any:
        """Make an account, as the admin."""
        body = {"login": login, "password": PASSWORD, "role": "citizen"} | more

        def command(work: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
            stored = passwords.hash_password(asked["password"])
            with self.caller.database.session() as session:
                own = UnitOfWork(session, call=work.call, clock=self.clock)
                return commands.create_account(own, asked, stored, AGENCIES)

        return self.caller.ask(contract.CREATE_ACCOUNT, command, body, by=ADMIN)

    def actions(self) -> list[tuple[str, str]]:
        """(action, subject) of everything audited so far."""
        return [(action, subject) for _, action, subject in self.caller.audited()]


@pytest.fixture
def urls(make_database: Callable[[str], Urls]) -> Urls:
    """A fresh database of registry."""
    return make_database("registry")


@pytest.fixture
def desk(urls: Urls) -> Iterator[IdentityDesk]:
    """An identity provider without accounts."""
    database = Database(urls[0], size=8)
    yield IdentityDesk(database)
    database.close()


@pytest.fixture
def account(desk: IdentityDesk) -> dict[str, Any]:
    """The account of citizen-1."""
    made: dict[str, Any] = desk.create()
    return made
