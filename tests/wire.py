"""Raw sockets: say anything, byte by byte, and hear everything that comes back."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

HOST = b"Host: kota.example\r\n"


@dataclass
class Heard:
    """One answer. is_last: whether the connection was closed after it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Wire:
    """One connection."""

    def __init__(self, port: int, seconds: float = 20.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._heard = b""

    def say(self, data: bytes) -> None:
        """Send it all, or as much as the other side takes."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def hear(self) -> Heard:
        """The next answer. Raises ConnectionError if there is none."""
        while b"\r\n\r\n" not in self._heard:
            self._more()
        head, _, self._heard = self._heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split()[1])
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(self._heard) < length:
            self._more()
        body, self._heard = self._heard[:length], self._heard[length:]
        return Heard(status, headers, body)

    def ask(self, data: bytes) -> Heard:
        """Say and hear."""
        self.say(data)
        return self.hear()

    @property
    def is_closed(self) -> bool:
        """Whether the other side has nothing more to say, ever. Waits for it."""
        try:
            return not self._heard and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("closed without an answer")
        self._heard += data


@contextmanager
def wire(port: int, seconds: float = 20.0) -> Iterator[Wire]:
    """A connection for the time of the block."""
    found = Wire(port, seconds)
    try:
        yield found
    finally:
        found.socket.close()


def get(path: str, *lines: bytes) -> bytes:
    """A GET as it is sent."""
    more = b"".join(line + b"\r\n" for line in lines)
    return b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + more + b"\r\n"


def post(path: str, body: bytes, *lines: bytes) -> bytes:
    """A POST of JSON as it is sent."""
    more = b"".join(line + b"\r\n" for line in lines)
    return (
        b"POST " + path.encode() + b" HTTP/1.1\r\n" + HOST + more
        + b"Content-Type: application/json\r\nContent-Length: " + str(len(body)).encode()
        + b"\r\n\r\n" + body
    )  # fmt: skip
