"""The way to the mail server: one connection, used for many messages.

MailError
├── MailServerAway   nothing was handed over; try the same message again when it is back
├── MailRefused      the server said no, for now or for good
└── MailUnsure       the connection broke after the message was sent: perhaps it was accepted
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

MESSAGES_PER_CONNECTION = 100
IDLE_SECONDS = 60.0
TIMEOUT_SECONDS = 10.0
# the server ends the connection (RFC 5321, 4.2.3)
_CLOSING = 421
_ADDRESS = re.compile(r"\S+@\S+")
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}(?!\d)")
_NO_SUCH_MAILBOX = (b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1")
_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailError(Exception):
    """Base of what can go wrong."""


class MailServerAway(MailError):
    """Nothing was handed over."""


class MailUnsure(MailError):
    """Perhaps it was accepted."""


class MailRefused(MailError):
    """The server said no. permanent: for good (5xx). unknown_address: there is no such mailbox.

    of_recipient: whether it said so when it was told to whom.
    """

    def __init__(self, code: int, reply: bytes, *, of_recipient: bool = False) -> None:
        self.code = code
        self.permanent = code >= 500
        self.unknown_address = of_recipient and _is_unknown(code, reply)
        self.reply = said(code, reply)
        super().__init__(self.reply)


@dataclass(frozen=True)
class Server:
    """Where and how. security: none, starttls or tls."""

    host: str
    port: int
    security: str = "none"
    user: str | None = None
    password: str | None = None


def server_from_url(url: str) -> Server:
    """smtp://user:password@host:587?security=starttls, or smtps://… for TLS from the start.

    Raises ValueError; a password is never sent in the clear, other than to this machine.
    """
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("security", ["none"])[0]
    security = "tls" if parts.scheme == "smtps" else asked
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or security not in _PORTS:
        raise ValueError("must look like smtp://user:password@host:587?security=starttls")
    if parts.password and security == "none" and parts.hostname not in _LOOPBACK:
        raise ValueError("a password needs security=starttls or smtps://")
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Server(parts.hostname, parts.port or _PORTS[security], security, user, password)


class SmtpSender:
    """Hands messages over. domain: by which name this side says hello. now: seconds, monotonic."""

    def __init__(
        self, server: Server, domain: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._domain = domain
        self._now = now
        self._smtp: smtplib.SMTP | None = None
        self._used_at = 0.0
        self._messages = 0

    def connect(self) -> None:
        """Make sure that there is a connection that works. Raises MailServerAway."""
        smtp = self._ready()
        try:
            is_well = smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            is_well = False
        if not is_well:
            self.close()
            self._ready()

    def send(self, message: EmailMessage) -> str:
        """Hand one message over; what the server said. Raises MailError."""
        content = message.as_bytes()
        was_open = self._smtp is not None
        try:
            smtp = self._begin(message)
        except MailServerAway:
            if not was_open:
                raise
            smtp = self._begin(message)  # only that connection had ended
        try:
            code, reply = smtp.data(content)
        except smtplib.SMTPDataError as error:
            self.close()
            raise MailRefused(error.smtp_code, _bytes(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise MailUnsure(type(error).__name__) from error
        if code != 250:
            self._reset(smtp)
            raise MailRefused(code, reply)
        return said(code, reply)

    def close(self) -> None:
        """End the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _begin(self, message: EmailMessage) -> smtplib.SMTP:
        """The connection, which knows from whom and to whom."""
        smtp = self._ready()
        self._messages += 1
        self._used_at = self._now()
        try:
            self._address(smtp, message)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise MailServerAway(type(error).__name__) from error
        return smtp

    def _address(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        code, reply = smtp.mail(parseaddr(str(message["From"]))[1])
        if code == _CLOSING:
            raise smtplib.SMTPServerDisconnected(reply)
        if code != 250:
            self._reset(smtp)
            raise MailRefused(code, reply)
        try:
            code, reply = smtp.rcpt(str(message["To"]))
        except UnicodeError:  # SMTPUTF8 is not offered
            code, reply = 553, b"this address cannot be written in ASCII"
        if code not in (250, 251):
            self._reset(smtp)
            raise MailRefused(code, reply, of_recipient=True)

    def _ready(self) -> smtplib.SMTP:
        if self._smtp is not None and not self._is_good():
            self.close()
        if self._smtp is None:
            try:
                self._smtp = self._open()
            except (OSError, smtplib.SMTPException) as error:
                raise MailServerAway(type(error).__name__) from error
            self._messages = 0
            self._used_at = self._now()
        return self._smtp

    def _is_good(self) -> bool:
        worn, idle = self._messages >= MESSAGES_PER_CONNECTION, self._now() - self._used_at
        return not (worn or idle > IDLE_SECONDS)

    def _open(self) -> smtplib.SMTP:
        server = self._server
        smtp = self._dial()
        try:
            smtp.ehlo()
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                server.host, server.port, self._domain, timeout=TIMEOUT_SECONDS, context=context
            )
        return smtplib.SMTP(server.host, server.port, self._domain, timeout=TIMEOUT_SECONDS)

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def said(code: int, reply: bytes) -> str:
    """What a server said, short and without addresses."""
    words = _ADDRESS.sub("[e-mail]", reply.decode("utf-8", "replace"))
    return f"{code} {' '.join(words.split())}"[:200]


def _is_unknown(code: int, reply: bytes) -> bool:
    """Whether the mailbox does not exist, rather than that we or this message are not wanted.

    By the enhanced status code (RFC 3463) where there is one, else by the reply's (RFC 5321).
    """
    enhanced = _ENHANCED.match(reply)
    if enhanced is None:
        return code in (550, 551, 553)
    return enhanced.group() in _NO_SUCH_MAILBOX


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
