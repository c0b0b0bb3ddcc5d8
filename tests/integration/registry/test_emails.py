"""An address is one's own when the code that was sent there comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.errors import Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.registry import email_contract
from services.registry.identity import email_domain, emails
from tests.integration.registry.conftest import IdentityDesk

SECRET = bytes(range(32))
ADDRESS = "warga.satu@example.org"
NOTIFY = Principal("service:notify", Role.SYSTEM)


class Post:
    """One citizen's address, and what notify asks for."""

    def __init__(self, desk: IdentityDesk, account: str) -> None:
        self.caller = desk.caller
        self.me = Principal(account, Role.CITIZEN)

    def set(
        self,
        address: str = ADDRESS,
        by: Principal | None = None,
        key: str | None = None,
        **more: Any,
    ) -> Any:
        """Ask for a code; the verification's id as the event tells it."""
        body = {"email": address} | more
        self.caller.ask(email_contract.SET_EMAIL, emails.set_email, body, by=by or self.me, key=key)
        rows = self.caller.rows("SELECT body::json AS body FROM chassis.outbox ORDER BY id")
        return rows[-1]["body"]["data"]["verification_id"]

    def fetch(self, verification_id: str) -> Any:
        return self.caller.ask(
            email_contract.FETCH_VERIFICATION,
            lambda work, asked: emails.fetch_verification(work, asked, SECRET),
            {"verification_id": verification_id},
            by=NOTIFY,
        )

    def verify(self, code: str) -> Any:
        return self.caller.ask(
            email_contract.VERIFY_EMAIL,
            lambda work, asked: emails.verify_email(self._work, asked, SECRET),
            {"code": code},
            by=self.me,
        )

    @contextmanager
    def _work(self) -> Iterator[UnitOfWork]:
        with self.caller.database.session() as session:
            yield UnitOfWork(session, call=Call(self.me), clock=self.caller.clock)

    def get(self) -> Any:
        return self.caller.ask(
            email_contract.GET_EMAIL, lambda work, _: emails.get_email(work), {}, by=self.me
        )

    def forget(self) -> Any:
        return self.caller.ask(
            email_contract.FORGET_EMAIL, lambda work, _: emails.forget_email(work), {}, by=self.me
        )

    def contact(self, account: str | None = None) -> Any:
        body = {"account_id": account or self.me.subject, "purpose": "notification"}
        return self.caller.ask(
            email_contract.CONTACT_OF_ACCOUNT, emails.contact_of_account, body, by=NOTIFY
        )


@pytest.fixture
def post(desk: IdentityDesk, account: dict[str, Any]) -> Post:
    return Post(desk, account["id"])


def test_from_the_address_to_the_contact(post: Post) -> None:
    assert post.contact() == {"email": None, "language": None}
    sent = post.fetch(post.set(language="en"))
    assert (sent["email"], sent["language"]) == (ADDRESS, "en")
    assert post.get() == {"email": None, "language": None, "pending": ADDRESS}
    state = post.verify(sent["code"])
    assert state == post.get() == {"email": ADDRESS, "language": "en", "pending": None}
    assert post.contact() == {"email": ADDRESS, "language": "en"}
    actions = [action for _, action, _ in post.caller.audited()]
    assert actions[1:] == [
        "contact.read", "email.verification_requested", "email.code_fetched", "email.verified",
        "contact.read",
    ]  # fmt: skip
    purposes = post.caller.rows("SELECT purpose FROM chassis.audit WHERE action = 'contact.read'")
    assert {row["purpose"] for row in purposes} == {"notification"}


def test_no_event_and_no_trace_holds_the_address_or_the_code(post: Post) -> None:
    sent = post.fetch(post.set())
    post.verify(sent["code"])
    for table in ("chassis.outbox", "chassis.audit", "chassis.idempotency"):
        said = json.dumps(post.caller.rows(f"SELECT * FROM {table}"), default=str)
        assert ADDRESS not in said and sent["code"] not in said.replace("-", ""), table
    kept = json.dumps(post.caller.rows("SELECT * FROM identity.email_verification"), default=str)
    assert f'"{sent["code"]}"' not in kept


def test_the_old_address_stays_until_the_new_one_is_proven(post: Post) -> None:
    post.verify(post.fetch(post.set())["code"])
    post.set("baru@example.org")
    assert post.get() == {"email": ADDRESS, "language": "id", "pending": "baru@example.org"}
    assert post.contact()["email"] == ADDRESS


def test_a_wrong_code_is_counted_and_five_are_too_many(post: Post) -> None:
    code = post.fetch(post.set())["code"]
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(email_domain.MOST_TRIES):
        with pytest.raises(Invalid) as refused:
            post.verify(wrong)
    with pytest.raises(Invalid) as dead:
        post.verify(code)
    assert refused.value.errors == dead.value.errors
    assert post.get()["email"] is None


def test_a_code_has_its_time_and_is_used_once(post: Post) -> None:
    code = post.fetch(post.set())["code"]
    post.caller.clock.move(email_domain.LIFETIME)
    with pytest.raises(Invalid):
        post.verify(code)
    verification = post.set()
    code = post.fetch(verification)["code"]
    post.verify(code)
    with pytest.raises(NotFound):
        post.fetch(verification)


def test_a_slow_phone_may_send_the_code_again(post: Post) -> None:
    code = post.fetch(post.set())["code"]
    assert post.verify(code) == post.verify(code)
    assert len(post.caller.rows("SELECT 1 FROM chassis.outbox WHERE body LIKE '%contact.ch%'")) == 1
    with pytest.raises(Invalid):
        post.verify("000000" if code != "000000" else "111111")
    post.forget()
    with pytest.raises(Invalid):
        post.verify(code)
    code = post.fetch(post.set())["code"]
    post.verify(code)
    post.caller.clock.move(email_domain.LIFETIME)
    with pytest.raises(Invalid):
        post.verify(code)


def test_a_contact_is_given_for_a_known_purpose_only(post: Post) -> None:
    body = {"account_id": post.me.subject, "purpose": "advertising"}
    with pytest.raises(Invalid):
        post.caller.ask(
            email_contract.CONTACT_OF_ACCOUNT, emails.contact_of_account, body, by=NOTIFY
        )


def test_each_fetch_gives_another_code_and_voids_the_one_before(post: Post) -> None:
    verification = post.set()
    first, second = post.fetch(verification)["code"], post.fetch(verification)["code"]
    assert first != second
    with pytest.raises(Invalid):
        post.verify(first)
    assert post.verify(second)["email"] == ADDRESS


def test_what_was_never_sent_cannot_be_guessed_from_nothing(post: Post) -> None:
    verification = post.set()
    with pytest.raises(Invalid):
        post.verify(email_domain.code_of(SECRET, verification, 0))


def test_a_newer_request_ends_the_older(post: Post) -> None:
    older = post.set()
    code = post.fetch(older)["code"]
    post.caller.clock.move(timedelta(seconds=1))
    post.set("baru@example.org")
    with pytest.raises(NotFound):
        post.fetch(older)
    with pytest.raises(Invalid):
        post.verify(code)


def test_codes_are_not_a_way_to_flood_a_mailbox(post: Post) -> None:
    for _ in range(email_domain.CODES_PER_HOUR):
        post.set()
        post.forget()
    with pytest.raises(email_contract.TooManyCodes):
        post.set()
    post.caller.clock.move(timedelta(hours=1, seconds=1))
    post.set()
    verification = post.set()
    for _ in range(email_domain.MOST_FETCHES):
        post.fetch(verification)
    with pytest.raises(NotFound):
        post.fetch(verification)


def test_forgetting_leaves_nothing(post: Post) -> None:
    post.verify(post.fetch(post.set())["code"])
    post.set("baru@example.org", key="once")
    assert "baru@example.org" in str(post.caller.rows("SELECT * FROM chassis.idempotency"))
    for _ in range(2):
        assert post.forget() == {"email": None, "language": None, "pending": None}
    assert post.contact() == {"email": None, "language": None}
    for table in ("identity.email", "identity.email_verification", "chassis.idempotency"):
        assert "example.org" not in str(post.caller.rows(f"SELECT * FROM {table}"))


def test_what_is_over_is_swept(post: Post) -> None:
    post.set()
    for days, left in ((0, 1), (2, 0)):
        post.caller.clock.move(timedelta(days=days))
        with post._work() as work:
            emails.forget_verifications(work)
            work.commit()
        assert len(post.caller.rows("SELECT 1 FROM identity.email_verification")) == left


def test_strangers(post: Post) -> None:
    assert post.contact(new_id()) == {"email": None, "language": None}
    with pytest.raises(NotFound):
        post.fetch(new_id())
    with pytest.raises(NotFound):
        post.set(by=Principal(new_id(), Role.CITIZEN))
    for wrong in ("x", "a@b\nBcc: c@example.org", "a" * 250 + "@example.org"):
        with pytest.raises(Invalid):
            post.set(wrong)
