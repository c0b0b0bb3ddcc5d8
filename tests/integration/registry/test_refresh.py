"""Refresh tokens: each works once, and a second time ends the whole family."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.errors import Unauthenticated
from services.registry.identity import commands, domain, passwords, repository
from tests.integration.registry.conftest import IdentityDesk
from tests.waiting import eventually


def works(desk: IdentityDesk, token: str) -> str | None:
    """The next token of the family, or None if this one is refused."""
    try:
        answer: dict[str, str] = desk.refresh(token)
    except Unauthenticated:
        return None
    return answer["refresh_token"]


def token_of(desk: IdentityDesk) -> str:
    token: str = desk.log_in()["refresh_token"]
    return token


@pytest.fixture
def desk_with_account(desk: IdentityDesk) -> IdentityDesk:
    """With citizen-1; passwords are compared as text, since hashing is not the matter here."""
    desk.create()
    desk.verify = lambda stored, password: stored is not None  # type: ignore[method-assign]
    return desk


STEP = st.one_of(
    st.tuples(st.just("refresh"), st.integers(0, 30)),
    st.tuples(st.just("log out"), st.integers(0, 30)),
    st.tuples(st.just("log in"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 20)),
)


class Model:
    """What ought to be true: per token its family, whether it was used, and when it was issued."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.family: dict[str, str] = {}
        self.used: set[str] = set()
        self.ended: set[str] = set()
        self.began: dict[str, Any] = {}
        self.issued: dict[str, Any] = {}

    def add(self, token: str, now: Any, after: str | None = None) -> None:
        """A token was given out."""
        self.tokens.append(token)
        self.family[token] = self.family[after] if after else token
        self.began.setdefault(self.family[token], now)
        self.issued[token] = now

    def use(self, token: str, now: Any) -> bool:
        """Whether a refresh works."""
        family = self.family[token]
        if token in self.used:
            self.ended.add(family)
        rested = now - self.issued[token] >= domain.IDLE_LIFETIME
        aged = now - self.began[family] >= domain.FAMILY_LIFETIME
        good = not (token in self.used or family in self.ended or rested or aged)
        if good:
            self.used.add(token)
        return good


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=4, max_size=20))
def test_families(desk_with_account: IdentityDesk, steps: list[tuple[str, int]]) -> None:
    desk, model = desk_with_account, Model()
    model.add(token_of(desk), desk.clock.now())
    for what, number in steps:
        token = model.tokens[-1 - number % len(model.tokens)]
        now = desk.clock.now()
        if what == "wait":
            desk.clock.move(timedelta(days=number))
        elif what == "log in":
            model.add(token_of(desk), now)
        elif what == "log out":
            assert desk.log_out(token) == {}
            model.ended.add(model.family[token])
        else:
            given_out = works(desk, token)
            assert (given_out is not None) == model.use(token, now)
            if given_out:
                model.add(given_out, now, after=token)


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Run them in threads; their answers."""
    answers: list[Any] = [None] * len(attempts)
    gate = threading.Barrier(len(attempts))

    def run(place: int) -> None:
        gate.wait(20)
        answers[place] = attempts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_many_at_once_exactly_one_wins(desk_with_account: IdentityDesk) -> None:
    desk = desk_with_account
    for _ in range(10):
        token = token_of(desk)
        answers = at_once(*[lambda token=token: works(desk, token)] * 4)
        (winner,) = [answer for answer in answers if answer]
        # the others were reuse, so the family is over for the winner too
        assert works(desk, winner) is None


@pytest.mark.parametrize("end", ["reuse", "log out"])
def test_a_successor_that_is_just_being_made_is_revoked_too(
    desk_with_account: IdentityDesk, end: str
) -> None:
    desk = desk_with_account
    first = token_of(desk)
    second = works(desk, first)
    assert second
    with desk.open_work() as work:
        digest = domain.digest_of(second)
        token = repository.lock_token(work, digest)
        assert token
        enders = {"reuse": lambda: works(desk, first), "log out": lambda: desk.log_out(first)}
        ending = threading.Thread(target=enders[end])
        ending.start()
        eventually(lambda: waits_for_lock(desk), what="the other one waits")
        repository.use_token(work, digest)
        third = desk.issuer.issue(work, token | {"id": token["account_id"]}, token)
        work.commit()
    ending.join()
    assert works(desk, third["refresh_token"]) is None


def waits_for_lock(desk: IdentityDesk) -> bool:
    return bool(
        desk.caller.rows(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
    )


def test_reuse_is_audited_and_other_families_go_on(desk_with_account: IdentityDesk) -> None:
    desk = desk_with_account
    phone, laptop = token_of(desk), token_of(desk)
    assert works(desk, phone)
    assert works(desk, phone) is None
    assert [action for action, _ in desk.actions()].count("refresh.reused") == 1
    assert works(desk, laptop)


def test_only_digests_are_stored(desk_with_account: IdentityDesk) -> None:
    token = token_of(desk_with_account)
    (row,) = desk_with_account.caller.rows("SELECT t::text AS row FROM identity.refresh_token t")
    assert token not in row["row"] and domain.digest_of(token) in row["row"]


def test_closed_accounts_and_replaced_passwords_end_all_families(
    desk_with_account: IdentityDesk,
) -> None:
    desk = desk_with_account
    phone, laptop = token_of(desk), token_of(desk)
    (account,) = desk.caller.rows("SELECT id::text FROM identity.account")
    with desk.open_work() as work:
        other = passwords.hash_password("another long one")
        repository.set_password(work, account["id"], other)
        work.commit()
    assert works(desk, phone) is None
    tablet = token_of(desk)
    desk.caller.rows("UPDATE identity.account SET state = 'closed'")
    assert works(desk, tablet) is None and works(desk, laptop) is None


def test_unknown_tokens_are_refused_and_logging_out_with_one_is_no_error(
    desk: IdentityDesk,
) -> None:
    assert works(desk, "x" * 43) is None
    assert desk.log_out("x" * 43) == {}
    assert desk.actions() == []


def test_the_role_is_read_anew(desk_with_account: IdentityDesk) -> None:
    issued: list[str] = []

    class Noting(commands.Issuer):
        """Notes the role of each token."""

        def issue(self, work: Any, account: Any, family: Any = None) -> dict[str, Any]:
            issued.append(account["role"])
            return super().issue(work, account, family)

    desk = desk_with_account
    desk.issuer = Noting(desk.issuer.key)
    token = token_of(desk)
    desk.caller.rows("UPDATE identity.account SET role = 'auditor'")
    assert works(desk, token)
    assert issued == ["citizen", "auditor"]


def test_tokens_that_are_over_are_forgotten(desk_with_account: IdentityDesk) -> None:
    desk = desk_with_account
    old = token_of(desk)
    desk.clock.move(timedelta(days=365))
    fresh = token_of(desk)

    def forget() -> bool:
        with desk.open_work() as work:
            more = commands.forget_tokens(work)
            work.commit()
        return more

    assert forget() and not forget()
    assert works(desk, old) is None and works(desk, fresh)
