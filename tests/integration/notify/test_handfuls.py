"""Messages that are taken together: what one of them meets is not the others' trouble."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.database import Row
from services.chassis.errors import ServiceTimeout, Unavailable
from services.chassis.unit_of_work import UnitOfWork
from services.notify import courier, mail_repository
from services.notify.courier import AWAY_FOR, MOST_AT_ONCE
from services.notify.mail.smtp import SmtpSender
from tests.integration.notify.test_courier import FIRST_REST, LEASE, Killed, Post
from tests.integration.notify.test_courier import post as post

SENT, WAITING = ("sent", None, 1), ("waiting", None, 0)


@pytest.fixture(autouse=True)
def any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """How slow this machine is must not matter."""
    monkeypatch.setattr(courier, "SECONDS_AT_ONCE", 3_600.0)


def queue_known(post: Post, count: int) -> None:
    """So many messages to somebody whose address is known already."""
    recipient = post.citizen()
    post.queue(recipient)
    post.deliver()
    for _ in range(count):
        post.queue(recipient)


class KilledAt(SmtpSender):
    """The process ends at that message, counted from 1: before it is handed over, or after."""

    def __init__(self, right: SmtpSender, number: int, *, is_sent: bool = False) -> None:
        self.right, self.left, self.is_sent = right, number, is_sent

    def connect(self) -> None:
        self.right.connect()

    def send(self, message: Any) -> str:
        self.left -= 1
        if self.left == 0 and not self.is_sent:
            raise Killed
        reply = self.right.send(message)
        if self.left == 0:
            raise Killed
        return reply

    def close(self) -> None:
        self.right.close()


def test_a_handful_is_begun_in_one_transaction(post: Post) -> None:
    queue_known(post, MOST_AT_ONCE + 1)
    opened: list[str] = []

    def counted() -> Any:
        opened.append("")
        return post.work()

    assert post.courier(counted).deliver_next()
    assert post.mails() == [SENT] * (MOST_AT_ONCE + 1) + [WAITING]
    assert len(opened) == 3 + MOST_AT_ONCE  # is any due, take, begin; and how each went


@pytest.mark.parametrize("is_sent", [False, True])
def test_whoever_is_killed_sends_one_once_more_at_most(post: Post, is_sent: bool) -> None:
    queue_known(post, 4)
    right: SmtpSender = post.smtp
    post.smtp = KilledAt(right, 3, is_sent=is_sent)
    with pytest.raises(Killed):
        post.deliver()
    assert post.attempts() == ["accepted"] * 3 + [None] * 2  # what is not known is to be seen
    post.smtp = right
    post.wait(LEASE)
    assert [state for state, _, _ in post.mails()] == ["sent"] * 5
    assert post.attempts() == ["accepted"] * 3 + ["lost", "accepted"] * 2
    assert len(post.script.messages) == 5 + is_sent


def test_what_was_tried_before_goes_alone(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_known(post, 2)
    post.script.at_data = "451 later"
    post.deliver()
    post.script.at_data = None
    post.caller.clock.move(FIRST_REST)
    begun: list[str] = []
    right = mail_repository.start_attempt

    def noted(work: UnitOfWork, mail: Row) -> None:
        begun.append(mail["id"])
        right(work, mail)

    monkeypatch.setattr(mail_repository, "start_attempt", noted)
    post.smtp = KilledAt(post.smtp, 1)
    with pytest.raises(Killed):
        post.deliver()
    assert len(begun) == 1 and post.attempts().count(None) == 1


def test_a_slow_server_does_not_hold_a_handful(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_known(post, 3)
    right = post.smtp.send

    def send(message: Any) -> str:
        monkeypatch.setattr(courier, "SECONDS_AT_ONCE", -1.0)
        return right(message)

    monkeypatch.setattr(post.smtp, "send", send)
    assert post.courier().deliver_next()
    assert post.mails() == [SENT, SENT, WAITING, WAITING]
    assert post.attempts() == ["accepted"] * 2  # what was not begun has left no trace
    post.deliver()
    assert post.mails() == [SENT] * 4


def test_a_server_that_breaks_off_has_taken_what_it_took(post: Post) -> None:
    queue_known(post, 3)
    post.script.at_rcpt = "break"
    with pytest.raises(Unavailable):
        post.deliver()
    assert post.attempts() == ["accepted", "away"]
    post.script.at_rcpt = None
    post.deliver()
    assert post.attempts() == ["accepted", "away", "accepted", "accepted"]
    post.wait(AWAY_FOR)
    assert [state for state, _, _ in post.mails()] == ["sent"] * 4


def test_who_cannot_be_asked_for_does_not_hold_up_the_others(post: Post) -> None:
    queue_known(post, 1)
    post.queue(post.citizen("lain@example.org"))
    post.others.failure = ServiceTimeout()
    with pytest.raises(ServiceTimeout):
        post.deliver()
    assert post.mails() == [SENT, SENT, WAITING]
    post.others.failure = None
    post.wait(AWAY_FOR)
    assert post.mails() == [SENT] * 3


def test_a_mistake_with_one_is_not_the_others_trouble(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_known(post, 3)
    right, numbers = courier.compose, iter(range(3))

    def compose(*arguments: Any) -> Any:
        if next(numbers) == 1:
            raise KeyError("a mistake")
        return right(*arguments)

    monkeypatch.setattr(courier, "compose", compose)
    post.deliver()
    assert post.attempts() == ["accepted", "accepted", "unsure", "accepted"]
    monkeypatch.undo()
    post.wait(FIRST_REST)
    assert [state for state, _, _ in post.mails()] == ["sent"] * 4
