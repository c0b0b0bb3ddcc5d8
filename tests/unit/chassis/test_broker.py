"""A broker that is away, blocked or frozen, as the two raw connections see it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.semaphore import Semaphore

from services.chassis import broker
from services.chassis.broker import ConfirmingPublisher, Nodes, Outgoing
from services.chassis.call import CallHeaders
from services.chassis.errors import BrokerAway
from services.chassis.rpc_client import RpcLink

URL = "amqp://u:p@a:1,b:2,c:3/"
EVENT = Outgoing("reports.events", "made", "{}", "id-1", mandatory=True)


class FakeConnection:
    """One connection to a broker that does what `events` say, one for each time it is listened to.

    An event is a function; without one, nothing is heard.
    """

    def __init__(self) -> None:
        self.events: list[Callable[[], None]] = []
        self.published: list[str] = []
        self.asked = 0
        self.is_closed = False
        self.answers = True
        self.listeners: dict[str, list[Callable[..., None]]] = {
            name: [] for name in ("basic_ack", "basic_nack", "basic_return")
        }

    def channel(self) -> Any:
        events = {
            name: SimpleNamespace(add=listeners.append)
            for name, listeners in self.listeners.items()
        }
        return SimpleNamespace(
            events=events,
            confirm_select=lambda: None,
            basic_publish=lambda message, *_, **__: self.published.append(message.body),
            basic_qos=self._qos,
        )

    def _qos(self, *_: Any) -> None:
        self.asked += 1
        if not self.answers:
            eventlet.sleep(10)

    def drain_events(self, timeout: float | None = None) -> None:
        if not self.events:
            raise TimeoutError
        self.events.pop(0)()

    def heartbeat_tick(self) -> None:
        """It beats."""

    def collect(self) -> None:
        self.is_closed = True


@pytest.fixture
def connection() -> FakeConnection:
    return FakeConnection()


def reachable(monkeypatch: pytest.MonkeyPatch, *answering: str) -> list[str]:
    """Of the nodes only these answer; returns the list of those that were tried."""
    tried: list[str] = []

    def connect(url: str, on_blocked: Any) -> str:
        tried.append(url[11])
        if url[11] not in answering:
            raise ConnectionRefusedError
        return url[11]

    monkeypatch.setattr(broker, "_open", connect)
    return tried


def test_the_next_node_is_tried_and_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = reachable(monkeypatch, "b")
    nodes = Nodes(URL)
    assert [nodes.connect(), nodes.connect()] == ["b", "b"]
    assert tried == ["a", "b", "b"]


def test_without_a_node_the_last_one_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = reachable(monkeypatch)
    with pytest.raises(ConnectionRefusedError):
        Nodes(URL).connect()
    assert tried == ["a", "b", "c"]


def test_a_node_that_cost_all_our_time_is_not_the_first_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = reachable(monkeypatch, "b")
    nodes = Nodes(URL)
    monkeypatch.setattr(broker, "_open", lambda *_: eventlet.sleep(10))
    with eventlet.Timeout(0.01, False):
        nodes.connect()
    reachable_again = reachable(monkeypatch, "b")
    assert nodes.connect() == "b"
    assert (tried, reachable_again) == ([], ["b"])


def publisher(connection: FakeConnection) -> Any:
    made: Any = ConfirmingPublisher(URL, confirm_seconds=0.5)
    made._nodes = SimpleNamespace(connect=lambda: connection)
    return made


def confirm(connection: FakeConnection, tag: int) -> Callable[[], None]:
    return lambda: connection.listeners["basic_ack"][0](tag, False)


def test_a_blocked_broker_gets_each_event_once(connection: FakeConnection) -> None:
    mine = publisher(connection)
    connection.events = [lambda: mine._blocked(True)]
    for _ in range(3):
        with pytest.raises(BrokerAway):
            mine.publish([EVENT])
    assert connection.published == ["{}"] and not connection.is_closed

    connection.events = [
        lambda: mine._blocked(False), confirm(connection, 1), confirm(connection, 2),
    ]  # fmt: skip
    assert mine.publish([EVENT]) == [True]
    assert connection.published == ["{}", "{}"]


def test_a_connection_that_ends_while_blocked_is_replaced(connection: FakeConnection) -> None:
    mine = publisher(connection)
    connection.events = [lambda: mine._blocked(True)]
    with pytest.raises(BrokerAway):
        mine.publish([EVENT])

    def end() -> None:
        raise ConnectionResetError

    connection.events = [end, confirm(connection, 1)]
    assert mine.publish([EVENT]) == [True]
    assert connection.is_closed


@pytest.fixture
def link(connection: FakeConnection) -> Any:
    found: Any = RpcLink()
    found._waiting, found._writing, found._is_blocked = {}, Semaphore(1), False
    found._numbers, found._outlet, found._reply_key = iter(range(9)), "gateway.rpc", "reply-x"
    found._connection, found._channel = connection, connection.channel()
    return found


def called(link: Any) -> Any:
    """A call that is on its way."""
    call = eventlet.spawn(link._call, "reports", "get", {}, CallHeaders())
    eventlet.sleep(0)
    return call


def test_a_blocked_broker_gets_no_calls(link: Any, connection: FakeConnection) -> None:
    call = called(link)
    connection.events = [lambda: link._blocked(True)]
    link._drain()
    assert not link.is_up
    for unanswered in (call, called(link)):
        with pytest.raises(BrokerAway):
            unanswered.wait()
    assert len(connection.published) == 1

    connection.events = [lambda: link._blocked(False)]
    link._drain()
    assert link.is_up


def test_a_silent_broker_is_asked_only_when_somebody_waits(
    link: Any, connection: FakeConnection
) -> None:
    link._drain()
    assert connection.asked == 0
    call = called(link)
    link._drain()
    assert connection.asked == 1 and link.is_up
    call.kill()


def test_a_frozen_broker_is_given_up(
    link: Any, connection: FakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "ANSWER_SECONDS", 0.05)
    connection.answers = False
    call = called(link)
    with pytest.raises(TimeoutError):
        link._drain()
    link._close(BrokerAway())
    with pytest.raises(BrokerAway):
        call.wait()


def test_a_writer_that_is_stuck_is_a_sign_too(
    connection: FakeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "ANSWER_SECONDS", 0.05)
    broker.ask_for_a_sign(connection.channel(), nullcontext())
    stuck = Semaphore(0)
    with pytest.raises(TimeoutError):
        broker.ask_for_a_sign(connection.channel(), stuck)
    assert connection.asked == 1
