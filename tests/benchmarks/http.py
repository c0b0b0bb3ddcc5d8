"""A light HTTP client: one connection, one request at a time, the parsing in C.

The load shares its two cores with what it measures, so it must cost little.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httptools

TIMEOUT_SECONDS = 15.0


class Gone(Exception):
    """The connection ended before the answer was there."""


class _Wire(asyncio.Protocol):
    """The bytes of one connection."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.is_open = True

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._body)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Gone())

    def close(self) -> None:
        self.is_open = False
        self._transport.close()


class Connection:
    """To 127.0.0.1:port; opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire: _Wire | None = None

    async def ask(
        self, method: str, path: str, *, token: str | None = None, body: Any = None, key: str = ""
    ) -> tuple[int, bytes]:
        """(status, body). Raises OSError, Gone or TimeoutError."""
        if self._wire is None or not self._wire.is_open:
            self._wire = await self._open()
        try:
            request = _request(method, path, token, body, key)
            return await asyncio.wait_for(self._wire.ask(request), TIMEOUT_SECONDS)
        except TimeoutError:
            self._wire.close()
            raise

    def close(self) -> None:
        """End it."""
        if self._wire is not None:
            self._wire.close()

    async def _open(self) -> _Wire:
        loop = asyncio.get_running_loop()
        _transport, wire = await loop.create_connection(_Wire, "127.0.0.1", self._port)
        return wire


def _request(method: str, path: str, token: str | None, body: Any, key: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if key:
        lines.append(f"Idempotency-Key: {key}")
    data = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "", ""]).encode() + data
