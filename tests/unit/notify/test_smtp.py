"""Handing messages over to a real mail server, that is friendly or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from services.notify.mail.letter import Letter, Sender, compose
from services.notify.mail.smtp import (
    IDLE_SECONDS,
    MESSAGES_PER_CONNECTION,
    MailRefused,
    MailServerAway,
    MailUnsure,
    Server,
    SmtpSender,
    server_from_url,
)
from tests.smtp_server import MailServer


def message(to: str = "warga@example.org") -> EmailMessage:
    letter = Letter("1", to, "id", "Judul", "Isi")
    sender = Sender("kota@kota.example", "Kota")
    return compose(letter, sender, datetime(2026, 6, 1, tzinfo=UTC))


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def smtp(server: MailServer, time: Time) -> Iterator[SmtpSender]:
    sender = SmtpSender(Server("127.0.0.1", server.port), "kota.example", time)
    yield sender
    sender.close()


def test_one_connection_serves_many(server: MailServer, smtp: SmtpSender) -> None:
    for number in range(5):
        assert smtp.send(message(f"w{number}@example.org")) == "250 taken"
    assert [to for to, _ in server.script.messages] == [f"w{n}@example.org" for n in range(5)]
    assert server.script.connections == 1


def test_a_connection_is_not_used_for_ever(
    server: MailServer, smtp: SmtpSender, time: Time
) -> None:
    smtp.send(message())
    time.seconds += IDLE_SECONDS + 1
    smtp.send(message())
    assert server.script.connections == 2
    for _ in range(MESSAGES_PER_CONNECTION):
        smtp.send(message())
    assert server.script.connections == 3


def test_a_connection_that_the_server_ended_is_opened_anew(
    server: MailServer, smtp: SmtpSender
) -> None:
    smtp.send(message())
    server.drop_connections()
    smtp.send(message())
    assert (server.script.connections, len(server.script.messages)) == (2, 2)


def test_a_server_that_says_that_it_closes(server: MailServer, smtp: SmtpSender) -> None:
    server.script.at_mail = "421 closing"
    with pytest.raises(MailServerAway):
        smtp.send(message())
    smtp.send(message())
    server.script.at_mail = "421 closing"
    smtp.send(message())
    assert (server.script.connections, len(server.script.messages)) == (3, 2)


@pytest.mark.parametrize(("reply", "for_good"), [("450 later", False), ("550 none", True)])
@pytest.mark.parametrize("stage", ["at_rcpt", "at_data"])
def test_what_the_server_refuses(
    server: MailServer, smtp: SmtpSender, stage: str, reply: str, *, for_good: bool
) -> None:
    setattr(server.script, stage, f"{reply} <warga@example.org>")
    with pytest.raises(MailRefused) as refused:
        smtp.send(message())
    assert refused.value.permanent is for_good
    assert refused.value.unknown_address is (stage == "at_rcpt" and for_good)
    assert refused.value.reply == f"{reply} [e-mail]"  # nobody's address goes into our records
    setattr(server.script, stage, None)
    smtp.send(message())
    assert (server.script.connections, len(server.script.messages)) == (1, 1)


@pytest.mark.parametrize(
    ("reply", "is_unknown"),
    [("550 5.1.1 no such user", True), ("550 5.1.10 null MX", True), ("553 no", True),
     ("550 5.2.1 disabled", True), ("550 5.7.1 you are blocked", False), ("552 full", False),
     ("550 5.1.12 odd", False), ("554 go away", False), ("452 4.1.1 x", False)],
)  # fmt: skip
def test_whether_there_is_such_a_mailbox(
    server: MailServer, smtp: SmtpSender, reply: str, *, is_unknown: bool
) -> None:
    server.script.at_rcpt = reply
    with pytest.raises(MailRefused) as refused:
        smtp.send(message())
    assert refused.value.unknown_address is is_unknown


def test_broken_before_nothing_was_handed_over(server: MailServer, smtp: SmtpSender) -> None:
    server.script.at_rcpt = "break"
    with pytest.raises(MailServerAway):
        smtp.send(message())
    server.script.at_rcpt = None
    smtp.send(message())
    assert len(server.script.messages) == 1


def test_broken_after_nobody_knows(server: MailServer, smtp: SmtpSender) -> None:
    server.script.at_data = "break"
    with pytest.raises(MailUnsure):
        smtp.send(message())
    assert len(server.script.messages) == 1  # it was accepted, and is not sent again from here
    server.script.at_data = None
    smtp.send(message())


def test_nobody_is_there() -> None:
    with MailServer() as gone:
        port = gone.port
    away = SmtpSender(Server("127.0.0.1", port), "kota.example")
    with pytest.raises(MailServerAway):
        away.connect()


def test_a_server_without_tls_is_no_server_with_tls(server: MailServer) -> None:
    for security in ("tls", "starttls"):
        strict = SmtpSender(Server("127.0.0.1", server.port, security), "kota.example")
        with pytest.raises(MailServerAway):
            strict.connect()
    assert server.script.messages == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525)),
        ("smtp://mail.example", Server("mail.example", 25)),
        (
            "smtp://kota:p%40ss@mail.example?security=starttls",
            Server("mail.example", 587, "starttls", "kota", "p@ss"),
        ),
        ("smtps://kota:x@mail.example", Server("mail.example", 465, "tls", "kota", "x")),
        ("smtp://kota:x@127.0.0.1:1", Server("127.0.0.1", 1, "none", "kota", "x")),
    ],
)
def test_where_the_server_is(url: str, server: Server) -> None:
    assert server_from_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "smtp://", "smtp://u:p@mail.example",
     "smtp://mail.example?security=perhaps", "smtp://mail.example:port"],
)  # fmt: skip
def test_where_no_server_can_be(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|needs|[Pp]ort"):
        server_from_url(url)
