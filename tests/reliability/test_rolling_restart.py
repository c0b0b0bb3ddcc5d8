"""The gateway restarts under load, and nobody outside notices."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from infra.local import stack as stack_module
from infra.local.stack import NotStarted, Stack
from tests.client import Client
from tests.reliability.databases import column, connected
from tests.reliability.journal import PLACE
from tests.waiting import eventually

# what a client sees when its connection ends before the answer; a timeout is none of them
RESET = (ConnectionError, http.client.HTTPException)
MOST_TRIES = 3
PACE_SECONDS = 0.02


@dataclass
class Visitor:
    """A client that reads and writes until it is told to stop, on one connection or on many."""

    stack: Stack
    token: str | None
    mark: str
    keeps_alive: bool
    stop: threading.Event
    answers: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    resets: int = 0

    def run(self) -> None:
        """The thread's work."""
        connection = self._connection()
        while not self.stop.wait(PACE_SECONDS):
            key = str(uuid4())
            for method, path in (("GET", "/v1/permit-types/pbg"), ("POST", "/v1/reports")):
                self._request(connection, method, path, key)
                if not self.keeps_alive:
                    connection.close()
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=10)

    def _request(
        self, connection: http.client.HTTPConnection, method: str, path: str, key: str
    ) -> None:
        for _ in range(MOST_TRIES):
            try:
                return self._try(connection, method, path, key)
            except RESET:
                self.resets += 1
                connection.close()
            except OSError as error:
                connection.close()
                return self.failures.append(f"{method} {path}: {error!r}")
        return self.failures.append(f"{method} {path}: reset {MOST_TRIES} times")

    def _try(
        self, connection: http.client.HTTPConnection, method: str, path: str, key: str
    ) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/json"
            body = json.dumps(PLACE | {"description": self.mark})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.answers.append(answer.status)
        if answer.status == 201:
            self.ids.append(json.loads(text)["id"])
        elif answer.status != 200:
            self.failures.append(f"{method} {path}: {answer.status} {text[:200]}")


@contextmanager
def visited(stack: Stack, citizen: Client, mark: str) -> Iterator[list[Visitor]]:
    """Visitors come and go meanwhile; when it ends they have all finished."""
    stop = threading.Event()
    visitors = [
        Visitor(stack, citizen.token, mark, keeps_alive, stop)
        for keeps_alive in (True, True, False, False)
    ]
    threads = [threading.Thread(target=visitor.run) for visitor in visitors]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: all(len(v.answers) > 4 for v in visitors), what="visitors at work")
        yield visitors
        seen = [len(v.answers) for v in visitors]
        eventually(
            lambda: all(len(v.answers) > n + 4 for v, n in zip(visitors, seen, strict=True)),
            what="visitors at work afterwards",
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def pids(stack: Stack) -> dict[str, int]:
    return {name: stack.pid(name) for name in stack.supervisor.members("gateway")}


def check(stack: Stack, visitors: list[Visitor], mark: str) -> None:
    """Nobody failed, and each POST that was accepted took effect once."""
    assert [failure for visitor in visitors for failure in visitor.failures] == []
    ids = [one for visitor in visitors for one in visitor.ids]
    assert len(ids) == len(set(ids)) > 0
    with connected(stack, "reports") as database:
        stored = column(database, "SELECT id::text FROM report WHERE description = %s", mark)
    assert sorted(stored) == sorted(ids)


def test_a_rolling_restart_fails_no_request(stack: Stack, citizen: Client) -> None:
    eventually(stack.is_ready, 60, "readiness")
    before, mark = pids(stack), f"uji bergilir {uuid4()}"
    with visited(stack, citizen, mark) as visitors:
        stack.restart("gateway")
    after = pids(stack)
    assert list(after) == ["gateway-0", "gateway-1"]
    assert all(after[name] != before[name] for name in before)
    check(stack, visitors, mark)


def test_a_single_process_is_waited_for(stack: Stack, citizen: Client) -> None:
    """The port stays open while nobody accepts: supervisord holds it."""
    eventually(stack.is_ready, 60, "readiness")
    mark = f"uji sendiri {uuid4()}"
    with visited(stack, citizen, mark) as visitors:
        stack.supervisor.stop_process("gateway")
        stack.supervisor.start_process("gateway")
    check(stack, visitors, mark)


def test_the_next_is_not_stopped_before_the_new_one_is_ready(
    stack: Stack, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    eventually(stack.is_ready, 60, "readiness")
    stack.supervisor.stop_process("gateway-0")
    second = stack.pid("gateway-1")
    monkeypatch.setattr(stack_module, "READY_SECONDS", 3)
    with socket.create_server(("127.0.0.1", stack.state.admin_port("gateway-0"))):
        with pytest.raises(NotStarted, match="gateway-0"):
            stack.restart("gateway")
        assert stack.pid("gateway-1") == second
        assert guest.get("/v1/permit-types/pbg").status == 200
    eventually(stack.is_ready, 60, "readiness")
