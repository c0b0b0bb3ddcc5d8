"""Read server-sent events as a browser does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.client import Client
from tests.wire import Wire, get


@dataclass
class Said:
    """One event. position: its id, None if it had none."""

    kind: str
    data: Any
    position: int | None


class Listening:
    """One open stream."""

    def __init__(self, line: Wire, status: int) -> None:
        self.line = line
        self.status = status
        self.last: int | None = None
        self.first = ""

    def next(self) -> Said:
        """The next event; heartbeats are passed over. Raises ConnectionError at the end."""
        while True:
            while b"\n\n" not in self.line._heard:
                self.line._more()
            block, _, self.line._heard = self.line._heard.partition(b"\n\n")
            found = dict(
                line.split(": ", 1) for line in block.decode().split("\n") if ": " in line[1:]
            )
            if "event" in found:
                if "id" in found:
                    self.last = int(found["id"])
                return Said(found["event"], json.loads(found["data"]), self.last)

    def until(self, report_id: str, kind: str = "report.submitted") -> list[Said]:
        """Everything up to the event of that kind about that report."""
        heard = [self.next()]
        while (heard[-1].kind, heard[-1].data.get("report_id")) != (kind, report_id):
            heard.append(self.next())
        return heard


@contextmanager
def listening(
    client: Client, after: int | None = None, seconds: float = 20.0
) -> Iterator[Listening]:
    """An open stream; `after` is sent as Last-Event-ID."""
    port = int(client.base_url.rpartition(":")[2])
    lines = [f"Accept-Language: {client.language}".encode()]
    lines += [f"Authorization: Bearer {client.token}".encode()] if client.token else []
    lines += [f"Last-Event-ID: {after}".encode()] if after is not None else []
    line = Wire(port, seconds)
    try:
        found = Listening(line, line.ask(get("/v1/stream", *lines)).status)
        if found.status == 200:
            found.first = found.next().kind
            assert found.first in ("ready", "reset")
        yield found
    finally:
        line.socket.close()
