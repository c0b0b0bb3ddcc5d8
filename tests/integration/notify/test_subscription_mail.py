"""An address is written to if its reader said so, topic by topic, until they end it at a click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest

from services.chassis.database import Database
from services.chassis.errors import Conflict, NotFound
from services.chassis.ids import new_id
from services.notify import courier, subscriptions
from services.notify.mail.links import Purpose
from tests.integration.conftest import Urls
from tests.integration.notify.test_courier import LINKS, Post
from tests.integration.notify.town import KECAMATAN, KELURAHAN, TANGSEL, Town
from tests.mailbox import plain
from tests.smtp_server import MailServer

READER = "pembaca@example.org"


class MailTown(Town):
    """A town with a mail server."""

    def __init__(self, post: Post) -> None:
        super().__init__(post.caller)
        self.post = post

    def deliver(self) -> list[EmailMessage]:
        """What is new at the mail server."""
        before = len(self.post.script.messages)
        self.post.deliver()
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(sent) for _, sent in self.post.script.messages[before:]]

    def news(self, *reports: Any) -> list[EmailMessage]:
        """Reports come in; the letters that tell of it."""
        self.hear(*(reports or [self.report()]))
        self.spread()
        return [one for one in self.deliver() if "New report" in one["Subject"]]


@pytest.fixture
def town(make_database: Callable[[str], Urls]) -> Iterator[MailTown]:
    database = Database(make_database("notify")[0], size=4)
    with MailServer() as server:
        post = Post(database, server)
        yield MailTown(post)
        post.smtp.close()
    database.close()


def click(town: Town, message: EmailMessage, purpose: Purpose) -> dict[str, Any]:
    """Follow a link of a letter."""
    words = plain(message).replace("\r", "").split()
    (url,) = {one for one in words if f"/v1/mail/{purpose.value}~" in one}
    link = LINKS.read(url.rpartition("/")[2])
    assert link is not None
    return town.click(link.purpose, link.recipient)


def test_from_asking_to_ending(town: MailTown) -> None:
    answer = town.ask_by_mail(READER, area=KECAMATAN, category="sampah")
    assert answer == {"name": "Garbage pile in Serpong", "rhythm": "at_once"}
    (question,) = town.deliver()
    assert town.news() == []
    assert question["Subject"] == "Follow Garbage pile in Serpong?" and question["To"] == READER
    assert "Somebody gave this address" in plain(question)
    assert click(town, question, Purpose.FOLLOW) == {
        "purpose": "follow", "done": True, "about": "Penumpukan sampah di Serpong",
    }  # fmt: skip
    report = town.report()
    (told,) = town.news(report, town.report(category="banjir"), town.report(area=None))
    assert told["Subject"].startswith(f"New report {report.event.data['number']}: Garbage")
    assert f"/v1/reports/{report.event.data['report_id']}" in plain(told)
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/v1/mail/unfollow~subscription:" in told["List-Unsubscribe"]
    town.hear(town.report())
    town.spread()
    assert click(town, told, Purpose.UNFOLLOW)["done"]
    assert town.deliver() == [] and town.news() == []
    assert click(town, told, Purpose.UNFOLLOW)["done"]


def test_two_topics_of_one_address_make_one_letter(town: MailTown) -> None:
    for asked in ({"area": KELURAHAN}, {"category": "sampah"}):
        town.ask_by_mail(READER, **asked)
    town.confirm_all()
    assert len(town.news()) == 1


def test_a_digest_by_mail_ends_with_all_of_it(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN, rhythm="daily")
    town.confirm_all()
    reports = [town.report() for _ in range(3)]
    assert town.news(*reports) == []
    town.next_morning()
    (digest,) = town.deliver()
    for report in reports:
        assert plain(digest).count(f"New report {report.event.data['number']}") == 1
        assert f"/v1/reports/{report.event.data['report_id']}" in plain(digest)
    assert "/v1/mail/unfollow~address:" in digest["List-Unsubscribe"]
    town.hear(town.report())
    town.spread()
    click(town, digest, Purpose.UNFOLLOW)
    town.next_morning()
    assert town.deliver() == []


def test_a_stranger_cannot_fill_a_mailbox(town: MailTown) -> None:
    """However often, for whichever topics; and its reader can end that, too."""
    codes = [area.code for area in TANGSEL.city.areas]
    answers = {str(town.ask_by_mail(READER, area=codes[0])) for _ in range(30)}
    for code in codes[:30]:
        town.ask_by_mail(READER.upper(), area=code)
    assert len(answers) == 1
    letters = town.deliver()
    assert len(letters) == TANGSEL.rules.most_confirmations
    for _ in range(subscriptions.COUNTED_DAYS):
        town.caller.clock.move(timedelta(days=1))
        town.ask_by_mail(READER, category="sampah")
        letters += town.deliver()
    most = subscriptions.MOST_CONFIRMATION_DAYS * TANGSEL.rules.most_confirmations
    assert len(letters) == most
    town.caller.clock.move(timedelta(days=90))
    town.ask_by_mail(READER, category="sampah")
    (last,) = town.deliver()
    click(town, last, Purpose.UNSUBSCRIBE)
    town.caller.clock.move(timedelta(days=2))
    assert town.ask_by_mail(READER, category="sampah") == {
        "name": "Garbage pile", "rhythm": "at_once",
    }  # fmt: skip
    assert town.deliver() == []


def test_a_stranger_changes_nothing_that_was_confirmed(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN)
    town.confirm_all()
    town.ask_by_mail(READER, area=KECAMATAN, rhythm="daily", language="id")
    assert [one["Content-Language"] for one in town.news()] == ["en"]


def test_who_asked_too_long_ago_asks_again(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN)
    (question,) = town.deliver()
    town.caller.clock.move(subscriptions.CONFIRM_WITHIN + timedelta(seconds=1))
    with pytest.raises(NotFound):
        click(town, question, Purpose.FOLLOW)
    with pytest.raises(NotFound):
        town.click(Purpose.FOLLOW, f"subscription:{new_id()}")
    assert town.news() == []


def test_no_more_mail_at_all_means_topics_too(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN)
    (question,) = town.deliver()
    click(town, question, Purpose.FOLLOW)
    click(town, question, Purpose.UNSUBSCRIBE)
    assert town.news() == []
    assert click(town, question, Purpose.FOLLOW)["done"]
    assert len(town.news()) == 1


def test_letters_to_many_come_last_and_code_of_before_leaves_them_alone(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN)
    town.confirm_all()
    town.hear(town.report())
    town.spread()
    town.post.queue(town.post.citizen())
    before = "SELECT count(*) AS n FROM mail WHERE state = 'waiting' AND next_at < 'infinity'"
    assert town.caller.rows(before) == [{"n": 1}]
    assert [one["Subject"].split()[0] for one in town.deliver()] == ["Follow", "Judul", "New"]


def test_an_address_that_does_not_exist_is_left_alone(town: MailTown) -> None:
    town.ask_by_mail(READER, area=KECAMATAN)
    town.confirm_all()
    town.deliver()
    town.post.script.at_rcpt = "550 5.1.1 no such user"
    town.news()
    town.news()
    states = town.post.mails()
    assert [one[:2] for one in states[1:]] == [("failed", "refused"), ("skipped", "undeliverable")]


def test_without_a_mail_server_nobody_is_asked(town: MailTown) -> None:
    with pytest.raises(Conflict), town.work() as work:
        subscriptions.follow_by_mail(
            work, {"email": READER, "rhythm": "daily", "category": "sampah"}, TANGSEL, LINKS,
            town.look, is_open=False,
        )  # fmt: skip


def test_letters_that_it_comes_to_no_more_are_due_at_once(
    town: MailTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "SECONDS_AT_ONCE", 3_600.0)
    for number in range(3):
        town.ask_by_mail(f"pembaca{number}@example.org", area=KECAMATAN, category="sampah")
    right = town.post.smtp.send

    def send(message: Any) -> str:
        monkeypatch.setattr(courier, "SECONDS_AT_ONCE", -1.0)
        return right(message)

    monkeypatch.setattr(town.post.smtp, "send", send)
    assert town.post.courier().deliver_next()
    assert town.post.attempts() == ["accepted"]
    assert len(town.deliver()) == 2
