"""Bytes become requests, or are refused for a reason."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import (
    ExpectationFailed,
    HeadTooLarge,
    TargetTooLong,
    TooLarge,
)
from gateway.http import limits
from gateway.http.message import Message, MessageReader, Underway
from services.chassis.errors import Busy, DomainError, Malformed

LIMIT = 1_000
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Found:
    """A message with its body read."""

    message: Message
    body: bytes


def read(raw: bytes, *, step: int | None = None, underway: Underway | None = None) -> list[Found]:
    reader = MessageReader(lambda method, path: LIMIT, underway or Underway())
    try:
        for start in range(0, len(raw), step or len(raw)):
            reader.feed(raw[start : start + (step or len(raw))])
        return [Found(m, m.body.read() if m.body else b"") for m in reader.ready]
    finally:
        reader.close()


@pytest.mark.parametrize("step", [1, 2, 7, None])
def test_a_body_with_a_length(step: int | None) -> None:
    (found,) = read(POST + b"Content-Length: 5\r\n\r\nhello", step=step)
    message = found.message
    assert (message.method, message.target, message.size) == ("POST", b"/", 5)
    assert found.body == b"hello" and message.keep_alive


@pytest.mark.parametrize("step", [1, 2, 7, None])
def test_a_chunked_body(step: int | None) -> None:
    (found,) = read(CHUNKED + b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", step=step)
    assert found.body == b"abc0123456789" and found.message.size == 13


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.integers(1, 40))
def test_however_it_is_cut_the_body_is_the_same(parts: list[bytes], step: int) -> None:
    raw = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    (found,) = read(CHUNKED + raw + b"0\r\n\r\n", step=step)
    assert found.body == b"".join(parts)


def test_several_in_one_piece() -> None:
    first, second = read(GET + POST + b"Content-Length: 1\r\nConnection: close\r\n\r\nx")
    assert first.message.keep_alive and not second.message.keep_alive and second.body == b"x"


def test_http_1_0_ends_its_connection() -> None:
    (found,) = read(b"GET / HTTP/1.0\r\n\r\n")
    assert not found.message.keep_alive


def test_an_absolute_target_is_read_as_its_path() -> None:
    (found,) = read(b"GET http://kota.example/v1?a=b HTTP/1.1\r\nHost: x\r\n\r\n")
    assert found.message.target == b"/v1?a=b"


def test_another_protocol_is_not_spoken() -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
    (found,) = read(GET[:-2] + upgrade + b"\r\n")
    assert not found.message.keep_alive
    with pytest.raises(Malformed):
        read(POST + upgrade + b"Content-Length: 1\r\n\r\nx")


def test_underscores_do_not_pass_for_hyphens() -> None:
    (found,) = read(GET[:-2] + b"Idempotency_Key: a\r\nX_Forwarded_For: 1.1.1.1\r\n\r\n")
    assert set(found.message.headers) == {"host"}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET / HTTP/2.0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        GET[:-2] + b"Host: y\r\n\r\n",
        GET[:-2] + b" folded: y\r\n\r\n",
        GET[:-2] + b"X : y\r\n\r\n",
        GET[:-2] + b"X: a\x00b\r\n\r\n",
        GET[:-2] + b"Authorization: a\r\nAuthorization: b\r\n\r\n",
        GET[:-2] + b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n",
        POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        POST + b"Content-Length: +3\r\n\r\nabc",
        POST + b"Content-Length: -3\r\n\r\nabc",
        POST + b"Content-Length: 99999999999999999999\r\n\r\nabc",
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"ffffffffffffffffff\r\n",
        CHUNKED + b"3\r\nabcd\r\n",
        CHUNKED + b"1\r\na\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
def test_what_is_unclear_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        read(raw)


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (POST + b"Content-Length: 1001\r\n\r\n", TooLarge),
        (CHUNKED + b"3e9\r\n" + b"x" * 1_001, TooLarge),
        (b"GET /" + b"x" * limits.MAX_TARGET + b" HTTP/1.1\r\nHost: x\r\n\r\n", TargetTooLong),
        (GET[:-2] + b"X: y\r\n" * limits.MAX_HEADERS + b"\r\n", HeadTooLarge),
        (GET[:-2] + b"X: " + b"y" * limits.MAX_HEAD, HeadTooLarge),
        (b"x" * 100_000, Malformed),
        (CHUNKED + b"1;" + b"x" * 70_000 + b"\r\na\r\n", Malformed),
        (CHUNKED + b"0\r\nX: " + b"y" * 70_000, Malformed),
        (POST + b"Expect: a-miracle\r\nContent-Length: 1\r\n\r\n", ExpectationFailed),
    ],
)
def test_what_is_too_much_is_refused(raw: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        read(raw)


def test_continue_is_asked_for_once_and_only_before_the_body() -> None:
    reader = MessageReader(lambda method, path: LIMIT, Underway())
    reader.feed(POST + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert [reader.asks_to_continue, reader.asks_to_continue] == [True, False]
    reader.feed(b"x")
    assert len(reader.ready) == 1
    reader.close()


def test_all_bodies_together_are_bounded() -> None:
    underway = Underway(most=8)
    reader = MessageReader(lambda method, path: LIMIT, underway)
    reader.feed(POST + b"Content-Length: 5\r\n\r\nhello")
    with pytest.raises(Busy):
        read(POST + b"Content-Length: 4\r\n\r\nmore", underway=underway)
    assert underway.held == 5
    reader.close()
    reader.close()
    assert underway.held == 0


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read(GET + raw)
    except DomainError as refusal:
        assert 400 <= refusal.status < 500
