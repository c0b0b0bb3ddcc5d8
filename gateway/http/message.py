"""Bytes become requests: httptools parses, and everything that is unclear or too big is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO

import httptools

from gateway.errors import (
    ExpectationFailed,
    HeadTooLarge,
    TargetTooLong,
    TooLarge,
)
from gateway.http import limits
from services.chassis.errors import Busy, DomainError, Malformed
from services.chassis.text import Text

# a second one of these would be read by one side and not by the other
_SINGLE = frozenset(
    b"authorization content-length content-type expect host idempotency-key if-match "
    b"if-none-match last-event-id origin".split()
)
_TOKEN = frozenset(b"!#$%&'*+-.^`|~0123456789abcdefghijklmnopqrstuvwxyz")

BodyLimit = Callable[[str, str], int]


class Underway:
    """How many bytes of bodies the process holds for requests that are not answered yet."""

    def __init__(self, most: int = limits.MAX_UNDERWAY) -> None:
        self._most = most
        self.held = 0

    def take(self, size: int) -> None:
        """Hold so much more. Raises Busy when that is too much."""
        if self.held + size > self._most:
            raise Busy()
        self.held += size

    def give_back(self, size: int) -> None:
        """Hold so much less."""
        self.held -= size


@dataclass
class Message:
    """One HTTP request. target: path and query as sent. headers: names in lower case.

    body: positioned at its start, on disk when it is large; None if there was none.
    """

    method: str
    target: bytes
    headers: dict[str, str]
    version: str
    keep_alive: bool
    underway: Underway
    body: IO[bytes] | None = None
    size: int = 0
    expects_continue: bool = False

    def add(self, part: bytes) -> None:
        """One more part of the body. Raises Busy."""
        self.underway.take(len(part))
        self.size += len(part)
        if self.body is None:
            self.body = SpooledTemporaryFile(max_size=limits.IN_MEMORY)  # noqa: SIM115
        self.body.write(part)

    def close(self) -> None:
        """Forget the body."""
        if self.body is not None:
            self.body.close()
            self.underway.give_back(self.size)
            self.body = None


@dataclass
class _Head:
    target: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    size: int = 0


class MessageReader:
    """Fed with bytes, it gathers complete messages in `ready`.

    body_limit: how large the body of (method, path) may be. Any refusal is a DomainError, after
    which the connection is of no further use.
    """

    def __init__(self, body_limit: BodyLimit, underway: Underway) -> None:
        self.ready: list[Message] = []
        self._underway = underway
        self.upgraded = False
        self._body_limit = body_limit
        self._parser = httptools.HttpRequestParser(self)
        self._refusal: DomainError | None = None
        self._reset()

    def _reset(self) -> None:
        self._head = _Head()
        self._message: Message | None = None
        self._limit = 0
        self._fed = 0

    @property
    def has_begun(self) -> bool:
        """Whether a part of a message is here."""
        return self._fed > 0

    @property
    def asks_to_continue(self) -> bool:
        """Whether the client waits for 100 Continue before it sends the body; told once."""
        message = self._message
        if message is None or not message.expects_continue or message.size:
            return False
        message.expects_continue = False
        return True

    def feed(self, data: bytes) -> None:
        """Take in what came. Raises DomainError."""
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # we speak nothing else: the request is answered as it stands, and nothing follows it
            self.upgraded = True
        except httptools.HttpParserError:
            raise self._refusal or _unreadable() from None
        self._check_overhead()

    def close(self) -> None:
        """Forget everything that is here."""
        for message in self.ready:
            message.close()
        if self._message is not None:
            self._message.close()

    def _check_overhead(self) -> None:
        message = self._message
        if message is None:
            if self._fed > limits.MAX_HEAD:
                raise HeadTooLarge()
        elif self._fed - self._head.size > 2 * message.size + limits.MAX_OVERHEAD:
            raise _unreadable()

    # what httptools calls; an exception in here reaches feed() as HttpParserCallbackError

    def on_url(self, part: bytes) -> None:
        """A part of the address."""
        self._head.target += part
        if len(self._head.target) > limits.MAX_TARGET:
            self._refuse(TargetTooLong())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; a trailer, if the head was complete."""
        if self._message is not None:
            self._refuse(Malformed(Text("Trailers are not read.", id="Trailer tidak dibaca.")))
        head = self._head
        head.size += len(name) + len(value) + 4
        head.headers.append((name.lower(), value))
        if head.size > limits.MAX_HEAD or len(head.headers) > limits.MAX_HEADERS:
            self._refuse(HeadTooLarge())

    def on_headers_complete(self) -> None:
        """The head is complete: is the rest worth reading?"""
        try:
            self._message = self._opened()
        except DomainError as refusal:
            self._refuse(refusal)

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        message = self._message
        assert message is not None
        if message.size + len(part) > self._limit:
            self._refuse(TooLarge())
        try:
            message.add(part)
        except DomainError as refusal:
            self._refuse(refusal)

    def on_message_complete(self) -> None:
        """The request is complete."""
        message = self._message
        assert message is not None
        message.keep_alive = self._parser.should_keep_alive() and not self._parser.should_upgrade()
        if message.body is not None:
            message.body.seek(0)
        self.ready.append(message)
        self._reset()

    def _opened(self) -> Message:
        method = self._parser.get_method().decode("ascii")
        version = self._parser.get_http_version()
        headers = _gathered(self._head.headers)
        _check_framing(version, headers)
        if self._parser.should_upgrade() and _has_body(headers):
            raise Malformed(Text("Upgrade is not offered.", id="Upgrade tidak tersedia."))
        target = _origin_form(self._head.target)
        self._limit = self._body_limit(method, target.partition(b"?")[0].decode("latin-1"))
        if int(headers.get("content-length") or 0) > self._limit:
            raise TooLarge()
        message = Message(method, target, headers, version, False, self._underway)
        message.expects_continue = _expects_continue(headers)
        return message

    def _refuse(self, refusal: DomainError) -> None:
        self._refusal = refusal
        raise refusal


def _check_framing(version: str, headers: dict[str, str]) -> None:
    """Nobody in front of us may see another end of this request than we do (RFC 9112 §6)."""
    if version not in ("1.0", "1.1"):
        raise _unreadable()
    if version == "1.1" and "host" not in headers:
        raise Malformed(Text("The Host header is missing.", id="Header Host tidak ada."))
    coding = headers.get("transfer-encoding")
    if coding is not None and (version == "1.0" or coding.lower() != "chunked"):
        raise Malformed(Text("Only chunked is read.", id="Hanya chunked yang dibaca."))


def _gathered(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name, repeated ones joined. Raises Malformed for what must not be repeated.

    Names with an underscore are left out: behind WSGI they would pass for the one with a hyphen.
    """
    found: dict[str, str] = {}
    for raw, value in pairs:
        if b"_" in raw or not _TOKEN.issuperset(raw):
            continue
        name = raw.decode("ascii")
        if name in found:
            if raw in _SINGLE:
                words = Text("A header is repeated: {name}.", id="Header berulang: {name}.")
                raise Malformed(words.format(name=name))
            found[name] += ", " + value.decode("latin-1")
        else:
            found[name] = value.decode("latin-1")
    return found


def _origin_form(target: bytes) -> bytes:
    """The path and query of the request target (RFC 9112 §3.2). Raises Malformed."""
    if target.startswith(b"/"):
        return target
    if target == b"*":
        return b"/"
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise _unreadable() from None
    if url.schema not in (b"http", b"https"):
        raise _unreadable()
    return (url.path or b"/") + (b"?" + url.query if url.query else b"")


def _has_body(headers: dict[str, str]) -> bool:
    return "transfer-encoding" in headers or int(headers.get("content-length") or 0) > 0


def _expects_continue(headers: dict[str, str]) -> bool:
    given = headers.get("expect")
    if given is None:
        return False
    if given.lower() != "100-continue":
        raise ExpectationFailed()
    return True


def _unreadable() -> Malformed:
    return Malformed(Text("This is not an HTTP request.", id="Ini bukan permintaan HTTP."))
