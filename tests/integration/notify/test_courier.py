"""From the queue to the mail server: every attempt is kept, no double without a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.call import CallHeaders
from services.chassis.database import Database
from services.chassis.envelope import Event
from services.chassis.errors import NotFound, ServiceTimeout, Unavailable
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import mail_links, mail_repository, mailing
from services.notify.contacts import Contacts
from services.notify.courier import Courier
from services.notify.mail.letter import Sender
from services.notify.mail.links import Links, Purpose
from services.notify.mail.smtp import Server, SmtpSender
from services.notify.wording import Wording
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.smtp_server import MailServer

LINKS = Links(bytes(range(32)), "https://kota.example")
FIRST_REST, LEASE = timedelta(minutes=1), timedelta(minutes=2)
WORDING = Wording.load(Path("infra/city/tangsel"))
WORDS = (Text("Title", id="Judul"), Text("Text", id="Isi"))


def told(data: dict[str, Any]) -> Event:
    """An event that says this."""
    return Event(new_id(), "t", "s", 1, datetime(2026, 6, 1, tzinfo=UTC), data)


class Killed(BaseException):
    """As if the process ended here."""


class Others:
    """Registry and reports, as notify asks them. contacts: recipient → address."""

    def __init__(self) -> None:
        self.contacts: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.failure: Exception | None = None
        self.codes = 0

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        self.asked.append((service, operation))
        assert headers.authorization == "token"
        if self.failure is not None:
            raise self.failure
        if operation == "fetch_verification":
            self.codes += 1
            return {"email": "baru@example.org", "language": "en", "code": f"{self.codes:06}"}
        assert body["purpose"] == "notification"
        who = body.get("account_id") or body.get("report_id")
        address = self.contacts.get(str(who))
        found = {"email": address, "language": "id" if address else None}
        code = {"tracking_code": "AAAA-BBBB"} if operation == "contact_of_report" else {}
        return found | code


class Post:
    """A queue, a mail server and a courier between them."""

    def __init__(self, database: Database, server: MailServer) -> None:
        self.caller = Caller(database)
        self.caller.clock.at = datetime(2026, 6, 1, tzinfo=UTC)
        self.server, self.script = server, server.script
        self.others = Others()
        self.smtp = SmtpSender(Server("127.0.0.1", server.port), "kota.example")

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        with self.caller.database.session() as session:
            yield UnitOfWork(session, clock=self.caller.clock)

    def courier(
        self, open_work: Callable[[], AbstractContextManager[UnitOfWork]] | None = None
    ) -> Courier:
        return Courier(
            open_work or self.work, Contacts(self.work, self.others, lambda: "token", LINKS),
            Sender("no-reply@kota.example", "Kota"), self.smtp, FIRST_REST, LEASE,
        )  # fmt: skip

    def deliver(self) -> None:
        while self.courier().deliver_next():
            pass

    def queue(self, recipient: str, *, is_first: bool = False) -> None:
        event = told({"report_id": new_id()})
        with self.work() as work:
            about = event.data["report_id"]
            mailing.queue_news(work, event, recipient, about, WORDS, is_first=is_first)
            work.commit()

    def queue_code(self, account: str | None = None) -> None:
        asked = {"account_id": account or new_id(), "verification_id": new_id()}
        with self.work() as work:
            mailing.queue_code(work, told(asked), Wording.load(Path("infra/city/tangsel")))
            work.commit()

    def click(self, purpose: Purpose, recipient: str) -> None:
        token = LINKS.url(purpose, recipient).rpartition("/")[2]
        with self.work() as work:
            mail_links.use_link(work, {"token": token}, LINKS, WORDING)
            work.commit()

    def guest(self, address: str = "warga@example.org") -> str:
        return self.citizen(address).replace("person:", "guest:")

    def citizen(self, address: str = "warga@example.org") -> str:
        account = new_id()
        self.others.contacts[account] = address
        return f"person:{account}"

    def mails(self) -> list[tuple[str, str | None, int]]:
        rows = self.caller.rows("SELECT state, reason, tries FROM mail ORDER BY id")
        return [(row["state"], row["reason"], row["tries"]) for row in rows]

    def attempts(self) -> list[str | None]:
        rows = self.caller.rows("SELECT outcome FROM mail_attempt ORDER BY mail_id, n")
        return [row["outcome"] for row in rows]

    def wait(self, rest: timedelta) -> None:
        self.caller.clock.move(rest)
        self.deliver()


@pytest.fixture
def post(make_database: Callable[[str], Urls]) -> Iterator[Post]:
    database = Database(make_database("notify")[0], size=4)
    with MailServer() as server:
        found = Post(database, server)
        yield found
        found.smtp.close()
    database.close()


def test_what_is_queued_is_sent_once(post: Post) -> None:
    recipient = post.citizen()
    for _ in range(3):
        post.queue(recipient)
    post.deliver()
    post.deliver()
    assert post.mails() == [("sent", None, 1)] * 3 and post.attempts() == ["accepted"] * 3
    assert len(post.script.messages) == 3 and post.script.connections == 1
    assert post.others.asked == [("registry", "contact_of_account")]  # once, then it is known


def test_refused_for_now_is_tried_again_by_schedule(post: Post) -> None:
    post.queue(post.citizen())
    post.script.at_rcpt = "451 later"
    post.deliver()
    assert post.attempts() == ["deferred"]
    for minutes in (1, 2, 4):
        post.wait(timedelta(minutes=minutes) - timedelta(seconds=1))
        before = len(post.attempts())
        post.wait(timedelta(seconds=1))
        assert len(post.attempts()) == before + 1
    post.script.at_rcpt = None
    post.wait(timedelta(minutes=8))
    assert post.mails() == [("sent", None, 5)]
    assert post.attempts() == ["deferred"] * 4 + ["accepted"]


def test_there_is_an_end_to_trying(post: Post) -> None:
    post.queue(post.citizen())
    post.script.at_data = "451 later"
    for _ in range(mailing.MOST_TRIES + 2):
        post.wait(mailing.LONGEST_REST)
    assert post.mails() == [("failed", "deferred", mailing.MOST_TRIES)]
    assert len(post.attempts()) == mailing.MOST_TRIES


def test_refused_for_good_is_not_tried_again_until_the_address_changes(post: Post) -> None:
    recipient = post.citizen()
    post.queue(recipient)
    post.script.at_rcpt = "550 no such user"
    post.deliver()
    assert post.mails() == [("failed", "refused", 1)]
    post.script.at_rcpt = None
    post.queue(recipient)
    post.deliver()
    assert post.mails()[1] == ("skipped", "undeliverable", 0)
    changed = told({"account_id": recipient.partition(":")[2]})
    with post.work() as work:
        mailing.forget_contact(work, changed)
        work.commit()
    post.queue(recipient)
    post.deliver()
    assert post.mails()[2] == ("sent", None, 1)


def test_an_address_that_no_server_can_take(post: Post) -> None:
    post.queue(post.citizen("wärga@example.org"))
    post.queue(post.citizen())
    post.deliver()
    assert post.mails() == [("failed", "refused", 1), ("sent", None, 1)]


@pytest.mark.parametrize(
    ("kill_at", "outcomes", "copies"),
    [("start", ["lost", "accepted"], 1), ("end", ["lost", "accepted"], 2)],
)
def test_killed_in_between(post: Post, kill_at: str, outcomes: list[str], copies: int) -> None:
    post.queue(post.citizen())
    write = {"start": "start_attempt", "end": "end_attempt"}[kill_at]

    with pytest.MonkeyPatch.context() as patched:
        right = getattr(mail_repository, write)

        def killed(work: UnitOfWork, *arguments: Any) -> None:
            if kill_at == "start":
                right(work, *arguments)
                work.commit()
            raise Killed

        patched.setattr(mail_repository, write, killed)
        with pytest.raises(Killed):
            post.courier().deliver_next()
    assert len(post.script.messages) == copies - 1 and post.attempts() == [None]
    post.deliver()
    assert len(post.script.messages) == copies - 1  # somebody else may be at it
    post.wait(LEASE)
    assert post.mails() == [("sent", None, 2)] and post.attempts() == outcomes
    assert len(post.script.messages) == copies
    names = {content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for _, content in
             post.script.messages}  # fmt: skip
    assert len(names) == 1  # the reader's program can tell that it is the same


def test_broken_after_the_text_is_seen(post: Post) -> None:
    post.queue(post.citizen())
    post.script.at_data = "break"
    post.deliver()
    post.script.at_data = None
    post.wait(FIRST_REST)
    assert post.attempts() == ["unsure", "accepted"] and len(post.script.messages) == 2


def test_nothing_is_used_up_while_the_server_is_away(post: Post) -> None:
    post.queue(post.citizen())
    right, post.smtp = post.smtp, SmtpSender(Server("127.0.0.1", 1), "kota.example")
    for _ in range(3):
        with pytest.raises(Unavailable):
            post.deliver()
    assert post.mails() == [("waiting", None, 0)] and post.attempts() == []
    post.smtp = right
    post.deliver()
    assert post.mails() == [("sent", None, 1)]


def test_others_are_away(post: Post) -> None:
    post.queue(post.citizen())
    post.others.failure = ServiceTimeout()
    with pytest.raises(ServiceTimeout):
        post.deliver()
    post.others.failure = None
    post.wait(timedelta(seconds=10))
    assert post.mails() == [("sent", None, 1)]


def test_who_has_no_address_and_who_wants_none(post: Post) -> None:
    post.queue("person:" + new_id())
    wanting = post.citizen()
    token = LINKS.url(Purpose.UNSUBSCRIBE, wanting).rpartition("/")[2]
    with post.work() as work:
        assert mail_links.open_link(work, {"token": token}, LINKS, WORDING)["done"] is False
        for _ in range(2):
            assert mail_links.use_link(work, {"token": token}, LINKS, WORDING)["done"] is True
        with pytest.raises(NotFound):
            mail_links.use_link(work, {"token": token + "x"}, LINKS, WORDING)
        work.commit()
    post.queue(wanting)
    post.deliver()
    assert post.mails() == [("skipped", "no address", 0), ("skipped", "unsubscribed", 0)]
    assert post.script.messages == []


def test_guests_are_written_to_once_until_they_confirm(post: Post) -> None:
    recipient = post.citizen().replace("person:", "guest:")
    post.queue(recipient, is_first=True)
    post.queue(recipient)
    post.deliver()
    assert post.mails() == [("sent", None, 1), ("skipped", "unconfirmed", 0)]
    assert b"AAAA-BBBB" in post.script.messages[0][1]
    post.click(Purpose.CONFIRM, LINKS.address("warga@example.org"))
    post.queue(recipient)
    post.deliver()
    assert post.mails()[2] == ("sent", None, 1)
    assert b"AAAA-BBBB" not in post.script.messages[1][1]
    assert "AAAA-BBBB" not in str(post.caller.rows("SELECT * FROM contact"))


def test_each_try_of_a_code_has_its_own(post: Post) -> None:
    post.queue_code()
    post.script.at_data = "451 later"
    post.deliver()
    post.script.at_data = None
    post.wait(FIRST_REST)
    assert b"000002" in post.script.messages[0][1]
    assert b"List-Unsubscribe" not in post.script.messages[0][1]
    assert "00000" not in str(post.caller.rows("SELECT * FROM mail, mail_attempt"))


def test_two_couriers_share_the_work(post: Post) -> None:
    recipient = post.citizen()
    for _ in range(4):
        post.queue(recipient)
    with post.work() as mine:
        taken = mail_repository.take(mine, mine.clock.now() + LEASE, 1)
        assert len(taken) == 1
        post.deliver()  # does not wait for the one that is taken
        mine.commit()
    assert [state for state, _, _ in post.mails()].count("sent") == 3


def test_old_messages_are_forgotten(post: Post) -> None:
    post.queue(post.citizen())
    post.deliver()
    post.caller.clock.move(mailing.KEPT + timedelta(seconds=1))
    with post.work() as work:
        mailing.forget_ended(work)
        work.commit()
    assert post.mails() == [] and post.attempts() == []
