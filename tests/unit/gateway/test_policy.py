"""Addresses, security headers and other origins."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from gateway.addresses import client_address
from gateway.policy import Policy
from tests.unit.gateway.making import FakeRpc, ask, make

PROXIES = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"))
PORTAL = "https://portal.example.org"


def request(peer: str, forwarded: str | None) -> Request:
    headers = [] if forwarded is None else [("X-Forwarded-For", forwarded)]
    builder = EnvironBuilder(headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    return Request(builder.get_environ())


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.2.2.2", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", None, "192.0.2.7"),
        ("", None, "unknown"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str | None, address: str) -> None:
    assert client_address(request(peer, forwarded), PROXIES) == address


@pytest.mark.parametrize("path", ["/", "/v1/permit-types", "/v1/nowhere", "/docs"])
def test_security_headers_stand_on_every_answer(path: str) -> None:
    headers = ask(make(FakeRpc({"items": []})), "GET", path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers and "Strict-Transport-Security" not in headers


def test_transport_security_only_behind_tls() -> None:
    application = make(FakeRpc(), policy=Policy(proxies=PROXIES))
    https = {"X-Forwarded-Proto": "https"}
    for peer, told in (("10.0.0.1", True), ("192.0.2.1", False)):
        answer = ask(
            application, "GET", "/", headers=https, environ_overrides={"REMOTE_ADDR": peer}
        )
        assert ("Strict-Transport-Security" in answer.headers) == told


def test_only_known_origins_may_read() -> None:
    application = make(FakeRpc(), policy=Policy(origins=[PORTAL]))
    mine = ask(application, "GET", "/", headers={"Origin": PORTAL})
    assert mine.headers["Access-Control-Allow-Origin"] == PORTAL
    assert "RateLimit" in mine.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in mine.headers
    for origin in ("https://evil.example", "null", PORTAL + ".evil.example"):
        other = ask(application, "GET", "/", headers={"Origin": origin})
        assert not [name for name, _ in other.headers if name.startswith("Access-Control")]


def test_a_preflight() -> None:
    application = make(FakeRpc(), policy=Policy(origins=[PORTAL]))
    asked = {"Origin": PORTAL, "Access-Control-Request-Method": "POST"}
    answer = ask(application, "OPTIONS", "/v1/reports", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


def test_without_a_list_nobody_else_reads() -> None:
    answer = ask(make(FakeRpc()), "GET", "/", headers={"Origin": PORTAL})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
