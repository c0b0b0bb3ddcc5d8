"""Whose mailbox it is: guests' addresses, contacts that change meanwhile, attempts that count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid, Unavailable
from services.chassis.ids import new_id
from services.notify import mail_repository, mailing
from services.notify.mail.links import Purpose
from services.notify.mail.smtp import Server, SmtpSender
from tests.integration.notify.test_courier import (
    FIRST_REST,
    LEASE,
    LINKS,
    Killed,
    Others,
    Post,
    post,
    told,
)

__all__ = ["post"]

ADDRESS = "warga@example.org"


def forget(post: Post, recipient: str) -> None:
    kind, _, who = recipient.partition(":")
    data = {"report_id" if kind == "guest" else "account_id": who}
    with post.work() as work:
        mailing.forget_contact(work, told(data))
        work.commit()


def sent_to(post: Post) -> list[str]:
    return [recipient for recipient, _ in post.script.messages]


def test_an_address_gets_one_letter_however_many_reports_name_it(post: Post) -> None:
    reports = [post.guest(address) for address in (ADDRESS, ADDRESS, " WARGA@Example.org ")]
    for report in reports:
        post.queue(report, is_first=True)
    post.deliver()
    forget(post, reports[0])
    post.queue(post.guest(), is_first=True)
    post.deliver()
    assert post.mails() == [("sent", None, 1)] + [("skipped", "unconfirmed", 0)] * 3
    post.click(Purpose.CONFIRM, LINKS.address(ADDRESS))
    post.queue(reports[1])
    post.queue(post.guest(), is_first=True)
    post.deliver()
    assert post.mails()[4:] == [("sent", None, 1)] * 2


def test_a_first_letter_may_be_tried_again(post: Post) -> None:
    post.queue(post.guest(), is_first=True)
    post.script.at_data = "451 later"
    post.deliver()
    post.script.at_data = None
    post.wait(FIRST_REST)
    assert post.mails() == [("sent", None, 2)]


def test_two_couriers_send_one_first_letter(post: Post) -> None:
    letters = [new_id() for _ in range(8)]

    def claim(letter: str) -> bool:
        with post.work() as work:
            mine = mail_repository.claim_first_letter(work, LINKS.address(ADDRESS), letter)
            work.commit()
        return mine

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, letters)) == 1


def test_who_unsubscribed_is_left_alone_whoever_names_the_address(post: Post) -> None:
    post.click(Purpose.CONFIRM, LINKS.address(ADDRESS))
    post.click(Purpose.UNSUBSCRIBE, LINKS.address(ADDRESS))
    post.queue(post.guest(), is_first=True)
    post.deliver()
    assert post.mails() == [("skipped", "unsubscribed", 0)]
    post.click(Purpose.CONFIRM, LINKS.address(ADDRESS))
    post.queue(post.guest())
    post.deliver()
    assert post.mails()[1] == ("sent", None, 1)


def test_a_guests_address_is_kept_under_a_name_that_nobody_can_read() -> None:
    assert LINKS.address(ADDRESS) == LINKS.address(" Warga@EXAMPLE.org")
    assert LINKS.address(ADDRESS) != LINKS.address("warga2@example.org")
    assert "warga" not in LINKS.address(ADDRESS)


@pytest.mark.parametrize("kind", ["person", "guest"])
def test_what_is_forgotten_while_it_is_asked_for_is_not_kept(post: Post, kind: str) -> None:
    recipient = post.citizen() if kind == "person" else post.guest()
    post.queue(recipient, is_first=kind == "guest")
    right = post.others

    class Changing(Others):
        def call(self, *asked: Any) -> Any:
            found = right.call(*asked)
            forget(post, recipient)
            right.contacts.clear()
            post.others = right
            return found

    post.others = Changing()
    post.deliver()
    assert sent_to(post) == [] and post.mails() == [("skipped", "no address", 0)]
    assert post.caller.rows("SELECT email FROM contact") == [{"email": None}]


def test_only_the_address_that_was_refused_is_undeliverable(post: Post) -> None:
    recipient = post.citizen()
    post.queue(recipient)
    post.deliver()
    post.queue_code(recipient.partition(":")[2])  # to an address that they mistyped
    post.script.at_rcpt = "550 5.1.1 no such user"
    post.deliver()
    post.script.at_rcpt = None
    post.queue(recipient)
    post.deliver()
    assert [state for state, _, _ in post.mails()] == ["sent", "failed", "sent"]


def test_a_blocked_sender_is_no_wrong_address(post: Post) -> None:
    recipient = post.citizen()
    post.queue(recipient)
    post.script.at_rcpt = "550 5.7.1 listed"
    post.deliver()
    post.script.at_rcpt = None
    post.queue(recipient)
    post.deliver()
    assert post.mails() == [("failed", "refused", 1), ("sent", None, 1)]


def test_a_server_that_breaks_off_uses_nothing_up(post: Post) -> None:
    post.queue(post.citizen())
    post.script.at_rcpt = "break"
    for _ in range(mailing.MOST_TRIES + 2):
        with pytest.raises(Unavailable):
            post.wait(timedelta(seconds=10))
    post.script.at_rcpt = "451 later"
    post.wait(timedelta(seconds=10))
    post.script.at_rcpt = None
    post.wait(FIRST_REST)
    assert post.attempts() == ["away"] * (mailing.MOST_TRIES + 2) + ["deferred", "accepted"]


def test_a_message_that_ends_every_process_is_given_up(post: Post) -> None:
    post.queue(post.citizen())
    right, post.smtp = post.smtp, Deadly(Server("127.0.0.1", 1), "kota.example")
    for _ in range(mailing.MOST_TRIES):
        with pytest.raises(Killed):
            post.wait(LEASE)
    post.smtp = right
    post.wait(LEASE)
    assert post.mails() == [("failed", "lost", mailing.MOST_TRIES)]
    assert post.attempts() == ["lost"] * mailing.MOST_TRIES


class Deadly(SmtpSender):
    """Nobody survives handing anything over."""

    def connect(self) -> None:
        pass

    def send(self, message: object) -> str:
        raise Killed


def test_a_code_does_not_wait_behind_the_news(post: Post) -> None:
    for number in range(3):
        post.queue(post.citizen(f"warga{number}@example.org"))
    post.queue_code()
    post.deliver()
    assert sent_to(post)[0] == "baru@example.org" and len(sent_to(post)) == 4


def test_an_answer_that_never_comes_holds_up_nobody(post: Post) -> None:
    post.queue(post.citizen())
    post.others.failure = Invalid()
    post.deliver()
    post.others.failure = None
    post.queue(post.citizen())
    post.deliver()
    assert post.mails() == [("failed", "invalid", 0), ("sent", None, 1)]


def test_questions_that_nobody_waits_for_are_forgotten(post: Post) -> None:
    with post.work() as work:
        mail_repository.start_asking(work, "person:x", new_id())
        work.commit()
    post.caller.clock.move(mailing.ASKED_FOR + timedelta(seconds=1))
    with post.work() as work:
        mailing.forget_ended(work)
        work.commit()
    assert post.caller.rows("SELECT * FROM contact_ask") == []
