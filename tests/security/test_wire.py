"""What a hostile client may send, from a raw socket: each refused with its status, for a reason."""

from __future__ import annotations

import json

import pytest

from gateway.http import limits
from tests.gateways import Gateway
from tests.wire import HOST, Wire, get, post, wire

REPORT = b'{"category":"sampah","description":"x","lat":-6.3223,"long":106.6943}'
OPENING = b"POST /v1/reports HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
CHUNKED = OPENING + b"Transfer-Encoding: chunked\r\n\r\n"
UPLOAD = b"POST /v1/uploads HTTP/1.1\r\n" + HOST + b"Content-Type: image/jpeg\r\n"
MEGABYTE = b"x" * 1_000_000


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, "malformed"),
        (b"GET / HTTP/2.0\r\n\r\n", 400, "malformed"),
        (get("/", b"X: a\x00b"), 400, "malformed"),
        (get("/", b" folded: line"), 400, "malformed"),
        (get("/", b"Authorization: Bearer a", b"Authorization: Bearer b"), 400, "malformed"),
        (get("/" + "a" * limits.MAX_TARGET), 414, "uri_too_long"),
        (get("/", *[b"X-%d: y" % n for n in range(limits.MAX_HEADERS)]), 431, "headers_too_large"),
        (get("/", b"X: " + b"y" * limits.MAX_HEAD), 431, "headers_too_large"),
        (OPENING + b"Content-Length: 1000001\r\n\r\n", 413, "too_large"),
        (UPLOAD + b"Content-Length: 10100000\r\n\r\n", 413, "too_large"),
        (OPENING + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "malformed"),
        (OPENING + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed"),
        (OPENING + b"Content-Length: x\r\n\r\n", 400, "malformed"),
        (OPENING + b"Expect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417, "expectation_failed"),
        (CHUNKED + b"f4241\r\n" + MEGABYTE + b"x\r\n0\r\n\r\n", 413, "too_large"),
        (CHUNKED + b"zz\r\n", 400, "malformed"),
    ],
)
def test_refused_before_it_is_a_request(edge: Gateway, sent: bytes, status: int, code: str) -> None:
    with wire(edge.port) as line:
        heard = line.ask(sent)
        assert (heard.status, heard.json["code"]) == (status, code)
        assert heard.headers["content-type"].startswith("application/problem+json")
        assert heard.headers["connection"] == "close" and heard.headers["x-request-id"]
        assert heard.headers["x-content-type-options"] == "nosniff"
        assert "server" not in heard.headers
        assert line.is_closed


@pytest.mark.parametrize(
    "body",
    [b'{"a":' * 70 + b"1" + b"}" * 70, b'{"a":1,"a":2}', b'{"a":' + b"9" * 25 + b"}",
     b'{"a":1e999}', b'{"a":"\\u0000"}', b'{"a":"\xff"}', b'\xef\xbb\xbf{"a":1}', b"{", b"[]",
     b'{"a":NaN}', '{"a":1}'.encode("utf-16")],
)  # fmt: skip
def test_json_that_is_none(edge: Gateway, body: bytes) -> None:
    with wire(edge.port) as line:
        heard = line.ask(post("/v1/reports", body))
        assert (heard.status, heard.json["code"]) == (400, "malformed")
        assert "connection" not in heard.headers
        assert line.ask(get("/readyz")).status == 200


def test_a_chunked_body_is_read(edge: Gateway) -> None:
    with wire(edge.port) as line:
        line.say(CHUNKED)
        for start in range(0, len(REPORT), 7):
            part = REPORT[start : start + 7]
            line.say(b"%x\r\n%s\r\n" % (len(part), part))
        assert line.ask(b"0\r\n\r\n").status == 201


def test_connections_are_kept_and_pipelined(edge: Gateway) -> None:
    with wire(edge.port) as line:
        line.say(get("/v1/permit-types") + post("/v1/reports", REPORT) + get("/nowhere"))
        assert [line.hear().status for _ in range(3)] == [200, 201, 404]
        last = line.ask(get("/readyz", b"Connection: close"))
        assert last.headers["connection"] == "close" and line.is_closed


def test_http_1_0_and_an_absolute_target(edge: Gateway) -> None:
    with wire(edge.port) as line:
        assert line.ask(b"GET http://kota.example/readyz HTTP/1.0\r\n\r\n").status == 200
        assert line.is_closed


def test_head_has_the_length_and_no_body(edge: Gateway) -> None:
    with wire(edge.port) as line:
        line.say(get("/openapi.json").replace(b"GET", b"HEAD"))
        line.say(get("/readyz"))
        while b"\r\n\r\n" not in line._heard:
            line._more()
        head, _, line._heard = line._heard.partition(b"\r\n\r\n")
        assert int(head.lower().partition(b"content-length: ")[2].split()[0]) > 10_000
        assert line.hear().json == {"ready": True, "checks": {"broker": "ok"}}


def test_continue_is_said_only_to_those_who_may(edge: Gateway) -> None:
    expecting = OPENING + b"Expect: 100-continue\r\n"
    with wire(edge.port) as line:
        assert line.ask(expecting + b"Content-Length: 2000000\r\n\r\n").status == 413
    with wire(edge.port) as line:
        line.say(expecting + b"Content-Length: %d\r\n\r\n" % len(REPORT))
        assert line.hear().status == 100
        assert line.ask(REPORT).status == 201


def test_what_is_declared_and_sent_is_not_kept(edge: Gateway) -> None:
    """300 MB, as one length and as chunks: refused, heard by the client, and no memory grows."""
    warm_up = post("/v1/reports", b'{"a":"' + b"x" * 990_000 + b'"}')
    for _ in range(3):
        with wire(edge.port) as line:
            assert line.ask(warm_up).status == 422
    before = edge.memory_mb
    for opening, part in (
        (OPENING + b"Content-Length: 300000000\r\n\r\n", MEGABYTE),
        (CHUNKED, b"f4240\r\n" + MEGABYTE + b"\r\n"),
        (UPLOAD + b"Content-Length: 300000000\r\n\r\n", MEGABYTE),
    ):
        with wire(edge.port) as line:
            line.say(opening)
            for _ in range(300):
                line.say(part)
            assert line.hear().status == 413
    assert edge.memory_mb - before < 12


def test_an_ordinary_client_hears_that_it_was_too_much(edge: Gateway) -> None:
    """It sends all before it listens: a connection closed meanwhile would break it."""
    for path in ("/v1/reports", "/v1/uploads"):
        assert edge.client.post(path, MEGABYTE * 30).status == 413


def test_a_slow_body_ends_and_a_thousand_slow_clients_disturb_nobody(edge: Gateway) -> None:
    idle = [Wire(edge.port) for _ in range(500)]
    slow = [Wire(edge.port) for _ in range(500)]
    try:
        for number, line in enumerate(slow):
            line.say((OPENING + b"Content-Length: 100\r\n\r\n{")[: 20 + number % 120])
        for _ in range(20):
            with wire(edge.port) as line:
                assert line.ask(post("/v1/reports", REPORT)).status == 201
        heard = slow[119].hear()
        assert (heard.status, heard.json["code"]) == (408, "request_timeout")
        with wire(edge.port) as line:
            assert line.ask(get("/v1/permit-types")).status == 200
        # more than there is room for: the longest-waiting give way
        idle += [Wire(edge.port) for _ in range(600)]
        for _ in range(20):
            with wire(edge.port) as line:
                assert line.ask(get("/readyz")).status == 200
    finally:
        for line in idle + slow:
            line.socket.close()


def test_the_wire_can_tell(edge: Gateway) -> None:
    """The tests above are worth something only if a good request is answered otherwise."""
    with wire(edge.port) as line:
        heard = line.ask(post("/v1/reports", REPORT))
        assert heard.status == 201 and json.loads(heard.body)["number"].startswith("LP-")
