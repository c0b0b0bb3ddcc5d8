"""One green thread reads a connection, with few system calls, and publishing reads nothing."""

from __future__ import annotations

import struct
from typing import Any

import amqp
import pytest
from amqp.transport import TCPTransport

from services.chassis.broker import READ_AHEAD, read_by_one

FRAMES = [(1, 1, b"deliver"), (2, 1, b"properties"), (3, 1, b"x" * 3 * READ_AHEAD), (8, 0, b"")]


class FakeSocket:
    """Gives what was sent, at most so many bytes at once."""

    def __init__(self, sent: bytes, at_once: int = READ_AHEAD) -> None:
        self._sent, self._at_once = sent, at_once
        self.reads = 0

    def recv(self, wanted: int) -> bytes:
        self.reads += 1
        size = min(wanted, self._at_once)
        given, self._sent = self._sent[:size], self._sent[size:]
        return given


def opened(socket: FakeSocket) -> amqp.Connection:
    connection = amqp.Connection("localhost:1")
    connection.transport = connection._transport = TCPTransport("localhost:1")
    connection.transport._quick_recv = socket.recv
    # as it is once a broker has said what it can do
    connection.client_properties = {"capabilities": {"connection.blocked": True}}
    read_by_one(connection)
    return connection


def wire(frames: list[tuple[int, int, bytes]]) -> bytes:
    return b"".join(
        struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"
        for kind, channel, payload in frames
    )


@pytest.mark.parametrize("at_once", [1, 7, 1_000, READ_AHEAD])
def test_frames_arrive_whole_however_the_socket_cuts_them(at_once: int) -> None:
    transport: Any = opened(FakeSocket(wire(FRAMES), at_once)).transport
    assert [transport.read_frame() for _ in FRAMES] == FRAMES


def test_what_is_there_is_taken_at_once() -> None:
    small = [frame for frame in FRAMES if len(frame[2]) < 100] * 20
    socket = FakeSocket(wire(small))
    transport: Any = opened(socket).transport
    assert [transport.read_frame() for _ in small] == small
    assert socket.reads == 1


def test_who_publishes_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = opened(FakeSocket(b""))
    sent: list[Any] = []
    monkeypatch.setattr(connection, "drain_events", lambda **_: pytest.fail("it read"))
    channel = amqp.Channel(connection, 1)
    monkeypatch.setattr(channel, "send_method", lambda *rest: sent.append(rest))
    channel.basic_publish(amqp.Message("hello"), "", "nobody")
    assert sent
