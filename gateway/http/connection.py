"""One connection: requests are read completely under a deadline, answered one after the other."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import eventlet
import structlog
from eventlet import Timeout
from eventlet.hubs import trampoline
from werkzeug.wrappers import Request, Response

from gateway.errors import RequestTimeout
from gateway.http import limits
from gateway.http.environ import request_from
from gateway.http.message import BodyLimit, Message, MessageReader, Underway
from services.chassis.errors import DomainError

log = structlog.get_logger(__name__)

CHUNK = 65_536
Answer = Callable[[Request], Response]
Refuse = Callable[[DomainError], Response]


class Connection:
    """Serves one socket until it ends.

    answer: gives a complete request its response. refuse: the response to what is no request.
    """

    def __init__(
        self,
        sock: Any,
        peer: str,
        answer: Answer,
        refuse: Refuse,
        body_limit: BodyLimit,
        underway: Underway,
    ) -> None:
        self._socket = sock
        self._peer = peer
        self._answer = answer
        self._refuse = refuse
        self._reader = MessageReader(body_limit, underway)
        self._stopping = False
        self._write_until = float("inf")
        self.served = 0
        # what may be cut off without harm: waiting for a request, or sending without end
        self.is_idle = True
        self.is_endless = False

    def serve(self) -> None:
        """Serve until the client leaves, something is refused, or we stop."""
        try:
            while self._serve_one():
                self.served += 1
        except (OSError, Timeout):
            pass
        finally:
            self._reader.close()
            with suppress(OSError):
                self._socket.close()

    def finish(self) -> None:
        """Answer what has begun, and nothing after it."""
        self._stopping = True

    def _serve_one(self) -> bool:
        """Whether another request may follow."""
        try:
            message = self._read()
        except DomainError as refusal:
            self._send_refusal(refusal)
            return False
        if message is None:
            return False
        self.is_idle = False
        try:
            response = self._answer(request_from(message, self._peer))
            keep = message.keep_alive and not self._stopping
            return self._send(response, message, keep)
        finally:
            message.close()
            self.is_idle = True

    def _read(self) -> Message | None:
        """The next complete request; None if the client left or said nothing for long."""
        deadline = time.monotonic() + limits.READ_SECONDS if self._reader.has_begun else None
        while not self._reader.ready:
            if deadline is None and self._reader.has_begun:
                deadline = time.monotonic() + limits.READ_SECONDS
            data = self._receive(deadline)
            if not data:
                return None
            self._reader.feed(data)
            if self._reader.asks_to_continue:
                self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._reader.ready.pop(0)

    def _receive(self, deadline: float | None) -> bytes:
        seconds = limits.IDLE_SECONDS if deadline is None else deadline - time.monotonic()
        if deadline is not None and seconds <= 0:
            raise RequestTimeout()
        self._socket.settimeout(seconds)
        try:
            data: bytes = self._socket.recv(CHUNK)
        except TimeoutError:
            if deadline is None:
                return b""
            raise RequestTimeout() from None
        return data

    def _send_refusal(self, refusal: DomainError) -> None:
        response = self._refuse(refusal)
        self._write(_head(response, keep=False) + response.get_data())
        self._linger()

    def _send(self, response: Response, message: Message, keep: bool) -> bool:
        """Send the answer; whether the connection may be used again."""
        keep = keep and (response.is_sequence or "Content-Length" in response.headers)
        without_body = message.method == "HEAD" or response.status_code in (204, 304)
        try:
            if response.is_sequence:
                body = b"" if without_body else response.get_data()
                self._write(_head(response, keep=keep) + body)
            else:
                self._prepare_stream(response)
                self._write(_head(response, keep=keep))
                self._write_all(() if without_body else response.iter_encoded())
        finally:
            response.close()
        return keep

    def _prepare_stream(self, response: Response) -> None:
        """What has a length must be taken in due time; what has none, without falling behind."""
        if "Content-Length" not in response.headers:
            self.is_endless = True
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.STREAM_BUFFER)
            return
        seconds = (
            limits.WRITE_SECONDS + int(response.headers["Content-Length"]) / limits.SLOWEST_READER
        )
        self._write_until = time.monotonic() + seconds

    def _write_all(self, chunks: Iterable[bytes]) -> None:
        watch = eventlet.spawn(self._notice_leaving, eventlet.getcurrent())
        try:
            for chunk in chunks:
                self._write(chunk)
        finally:
            watch.kill()

    def _notice_leaving(self, writer: Any) -> None:
        """End the writing at once when the client leaves: its place may be wanted."""
        with suppress(OSError):
            trampoline(self._socket, read=True)
            while self._socket.fd.recv(CHUNK):
                trampoline(self._socket, read=True)
        writer.kill()

    def _write(self, data: bytes) -> None:
        """Send it all; each part must move within WRITE_SECONDS."""
        view = memoryview(data)
        while view:
            left = self._write_until - time.monotonic()
            self._socket.settimeout(max(0.001, min(limits.WRITE_SECONDS, left)))
            view = view[self._socket.send(view[:CHUNK]) :]

    def _linger(self) -> None:
        """Read on for a while: closing with unread bytes would reset what we just said."""
        until = time.monotonic() + limits.LINGER_SECONDS
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while (left := until - time.monotonic()) > 0:
                self._socket.settimeout(left)
                if not self._socket.recv(CHUNK):
                    return


def _head(response: Response, *, keep: bool) -> bytes:
    status = response.status_code
    if response.is_sequence and status not in (204, 304):
        response.content_length = len(response.get_data())
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines += [f"Date: {_date(int(time.time()))}"]
    lines += [] if keep else ["Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


_last_date = (0, "")


def _date(now: int) -> str:
    global _last_date
    if _last_date[0] != now:
        _last_date = (now, formatdate(now, usegmt=True))
    return _last_date[1]
