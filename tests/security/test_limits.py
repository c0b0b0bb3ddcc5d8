"""Overload and rates on real processes: an answer within five seconds, or when to come back."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from infra.local.stack import Stack
from tests.client import Answer, Client, log_in
from tests.gateways import Gateway, gateway
from tests.place import free_port
from tests.waiting import eventually

LOGIN = {"login": "x", "password": "y" * 12}
PROXIED = {"TRUSTED_PROXIES": "127.0.0.1", "CORS_ORIGINS": "https://portal.example.org"}


@contextmanager
def frozen(stack: Stack, process: str) -> Iterator[None]:
    stack.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(process, signal.SIGCONT)


def test_a_full_queue_is_told_at_once_and_everybody_within_five_seconds(
    stack: Stack, edge: Gateway
) -> None:
    def ask(_: int) -> tuple[Answer, float]:
        started = time.monotonic()
        return edge.client.get("/v1/reports"), time.monotonic() - started

    with frozen(stack, "reports"), ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(24)))
    assert {answer.status for answer, _ in answers} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer, _ in answers)
    codes = [answer.json["code"] for answer, _ in answers]
    assert codes.count("busy") >= 16 and "service_timeout" in codes
    assert max(seconds for _, seconds in answers) < 6
    eventually(lambda: edge.client.get("/v1/reports").status == 200)


def test_a_rate_is_told_and_kept(stack: Stack) -> None:
    with gateway(stack, RATE_LIMIT_SCALE="0.1", **PROXIED) as found:
        answers = [
            found.client.post("/v1/auth/token", LOGIN, X_Forwarded_For="198.51.100.7")
            for _ in range(13)
        ]
        assert [answer.status for answer in answers] == [401] * 12 + [429]
        last = answers[-1]
        assert last.json["code"] == "too_many_requests" and int(last.headers["Retry-After"]) > 0
        assert last.headers["RateLimit-Policy"] == '"login";q=12;w=60'
        assert last.headers["RateLimit"].startswith('"login";r=0;t=')
        another = found.client.post("/v1/auth/token", LOGIN, X_Forwarded_For="198.51.100.8")
        assert another.status == 401


def test_whoever_is_no_trusted_proxy_cannot_change_its_address(stack: Stack) -> None:
    with gateway(stack, RATE_LIMIT_SCALE="0.01") as found:
        answers = [
            found.client.post("/v1/auth/token", LOGIN, X_Forwarded_For=f"198.51.100.{n}").status
            for n in range(3)
        ]
        assert answers == [401, 429, 429]


def test_other_origins_by_list(stack: Stack) -> None:
    with gateway(stack, **PROXIED) as found:
        known = found.client.get("/v1/permit-types", Origin="https://portal.example.org")
        assert known.headers["Access-Control-Allow-Origin"] == "https://portal.example.org"
        secure = found.client.get("/", X_Forwarded_Proto="https")
        assert "max-age" in secure.headers["Strict-Transport-Security"]
        other = found.client.get("/v1/permit-types", Origin="https://evil.example")
        assert other.headers["Access-Control-Allow-Origin"] is None


@pytest.fixture
def redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A private Redis; (URL, process)."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--appendonly", "no", "--daemonize", "no"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/tmp") as process:
        yield f"redis://127.0.0.1:{port}/0", process
        process.kill()


def test_redis_counts_for_all_processes_and_may_be_away(
    stack: Stack, redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    url, server = redis
    knobs = {"RATE_LIMIT_SCALE": "0.1", "REDIS_URL": url}
    with gateway(stack, **knobs) as one, gateway(stack, **knobs) as two:
        citizen = log_in(stack.base_url, stack.state.logins, "citizen-1")
        here, there = (Client(g.client.base_url, citizen.token) for g in (one, two))
        eventually(lambda: here.post("/v1/notifications/read-all").status == 200)
        statuses = [
            client.post("/v1/notifications/read-all").status for client in [here, there] * 4
        ]
        assert statuses.count(200) == 5 and statuses[-1] == 429
        server.kill()
        server.wait()
        alone = [there.post("/v1/notifications/read-all") for _ in range(7)]
        assert [answer.status for answer in alone] == [200] * 6 + [429]
