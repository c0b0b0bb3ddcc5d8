"""Logging in: one verification, one answer for every refusal, and a lock that ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.principal import Principal, Role
from services.chassis.tokens import TokenVerifier
from services.registry.identity import passwords, repository
from tests.integration.registry.conftest import KEY, PASSWORD, IdentityDesk

MINUTE = timedelta(minutes=1)


def refusal(attempt: Callable[[], Any]) -> dict[str, Any]:
    """What somebody is told who is not let in."""
    with pytest.raises(Unauthenticated) as told:
        attempt()
    return told.value.data()


def fail(desk: IdentityDesk, times: int) -> None:
    for _ in range(times):
        refusal(lambda: desk.log_in(password="wrong"))


def state(desk: IdentityDesk) -> dict[str, Any]:
    return desk.caller.rows("SELECT * FROM identity.account WHERE login = 'citizen-1'")[0]


def test_the_token_says_who_it_is(
    desk: IdentityDesk, account: dict[str, Any], tmp_path: Path
) -> None:
    officer = desk.create("officer-1", role="officer", agency="HALL")
    (tmp_path / "keys").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    verifier = TokenVerifier(tmp_path / "keys", desk.clock)
    issued = desk.log_in()
    assert verifier.verify(issued["access_token"]) == Principal(account["id"], Role.CITIZEN)
    assert verifier.verify(desk.log_in("officer-1")["access_token"]) == Principal(
        officer["id"], Role.OFFICER, "HALL"
    )
    assert (issued["expires_in"], issued["token_type"]) == (900, "Bearer")
    desk.clock.move(timedelta(seconds=issued["expires_in"]))
    refusal(lambda: verifier.verify(issued["access_token"]))


def test_a_login_has_one_form(desk: IdentityDesk, account: dict[str, Any]) -> None:
    assert desk.log_in(" CITIZEN-1 ")


def test_every_refusal_is_alike_and_takes_one_verification(
    desk: IdentityDesk, account: dict[str, Any]
) -> None:
    told = [
        refusal(lambda: desk.log_in(password="wrong")),
        refusal(lambda: desk.log_in("nobody")),
    ]
    fail(desk, 4)
    told.append(refusal(desk.log_in))
    desk.caller.rows("UPDATE identity.account SET locked_until = NULL, state = 'closed'")
    told.append(refusal(desk.log_in))
    assert all(answer == told[0] for answer in told)
    assert len(desk.verified) == 8
    assert desk.verified.count(None) == 1


def test_refusals_are_durable_and_audited(desk: IdentityDesk, account: dict[str, Any]) -> None:
    fail(desk, 2)
    assert state(desk)["failures"] == 2
    refusal(lambda: desk.log_in("nobody"))
    desk.log_in()
    assert desk.actions() == [
        ("account.created", account["id"]),
        ("login.failed", account["id"]),
        ("login.failed", account["id"]),
        ("login.failed", "unknown"),
        ("login.succeeded", account["id"]),
    ]
    assert state(desk)["failures"] == 0


def test_the_fifth_failure_locks_until_a_minute_has_gone(
    desk: IdentityDesk, account: dict[str, Any]
) -> None:
    fail(desk, 5)
    refusal(desk.log_in)
    desk.clock.move(MINUTE - timedelta(seconds=1))
    refusal(desk.log_in)
    desk.clock.move(timedelta(seconds=1))
    assert desk.log_in()
    assert state(desk)["locked_until"] is None


def test_locks_double_and_nobody_is_locked_for_ever(
    desk: IdentityDesk, account: dict[str, Any]
) -> None:
    fail(desk, 5)
    for minutes in (1, 2, 4, 8, 15, 15):
        assert state(desk)["locked_until"] - desk.clock.now() == minutes * MINUTE
        fail(desk, 3)
        desk.clock.move(minutes * MINUTE)
        fail(desk, 1)
    desk.clock.move(15 * MINUTE)
    assert desk.log_in()


def test_guessing_at_once_gets_no_more_guesses(desk: IdentityDesk, account: dict[str, Any]) -> None:
    together = threading.Barrier(6)
    answers: list[int] = []

    def verify(stored: str | None, password: str) -> bool:
        fits = passwords.verify_password(stored, password)
        together.wait(20)
        return fits

    def guess() -> None:
        try:
            desk.log_in(password="wrong")
        except DomainError as told:
            answers.append(told.status)

    desk.verify = verify  # type: ignore[method-assign]
    guesses = [threading.Thread(target=guess) for _ in range(6)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join()
    assert answers == [401] * 6
    assert state(desk)["failures"] == 5 and state(desk)["locked_until"] is not None


def test_a_password_replaced_meanwhile_is_the_one_that_counts(
    desk: IdentityDesk, account: dict[str, Any]
) -> None:
    def verify(stored: str | None, password: str) -> bool:
        fits = passwords.verify_password(stored, password)
        with desk.open_work() as work:
            other = passwords.hash_password("another long one")
            repository.set_password(work, account["id"], other)
            work.commit()
        return fits

    desk.verify = verify  # type: ignore[method-assign]
    refusal(lambda: desk.log_in(password=PASSWORD))


def test_no_connection_is_held_while_hashing(desk: IdentityDesk, account: dict[str, Any]) -> None:
    busy: list[int] = []

    def verify(stored: str | None, password: str) -> bool:
        rows = desk.caller.rows(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND state LIKE 'idle in transaction%' AND usename = current_user"
        )
        busy.append(len(rows))
        return passwords.verify_password(stored, password)

    desk.verify = verify  # type: ignore[method-assign]
    desk.log_in()
    assert busy == [0]
