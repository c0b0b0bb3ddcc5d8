"""Each process' user tries on the real broker what it may not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

from infra.kota.contracts import all_contracts
from infra.local.stack import Stack
from infra.local.state import PROCESSES, SERVICES
from services.chassis import topology
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import dead_letter_queue, event_exchange
from services.chassis.ids import new_id

CONTRACTS = {contract.service: contract for contract in all_contracts()}
ALL_CALLS = [f"{c.service}.{o.name}" for c in CONTRACTS.values() for o in c.operations]
QUEUES = {
    name: [f"rpc-{name}", *(one.queue for one in contract.subscriptions)]
    for name, contract in CONTRACTS.items()
}
Channel = Any
Attempt = Callable[[Channel], object]


class User:
    """One process' user. Each attempt has a channel of its own: a refusal closes it."""

    def __init__(self, name: str, connection: Connection) -> None:
        self.name, self._connection = name, connection

    def may(self, attempt: Attempt) -> bool:
        """Whether the broker let it pass; any other failure than a refusal is raised."""
        channel = self._connection.channel()
        try:
            attempt(channel)
        except self._connection.channel_errors as error:
            assert getattr(error, "reply_code", None) == 403, error
            return False
        channel.close()
        return True

    def calls(self, method: str, *arguments: Any, **named: Any) -> bool:
        """Whether the broker let a method of the channel pass."""
        return self.may(lambda channel: getattr(channel, method)(*arguments, **named))

    def publishes(self, exchange: str, key: str, **headers: Any) -> bool:
        def attempt(channel: Channel) -> None:
            channel.confirm_select()
            message = channel.prepare_message(b"not an event", headers=headers)
            channel.basic_publish_confirm(message, exchange, key)

        return self.may(attempt)


@pytest.fixture(params=PROCESSES)
def user(stack: Stack, request: pytest.FixtureRequest) -> Iterator[User]:
    with Connection(stack.rabbitmq.url_of(request.param)) as connection:
        yield User(request.param, connection)


def test_queues_of_others_cannot_be_touched(user: User) -> None:
    graves = [dead_letter_queue(name) for name in SERVICES]
    others = [queue for name in SERVICES if name != user.name for queue in QUEUES[name]]
    for queue in (*graves, *others):
        assert not user.calls("basic_get", queue), queue
        assert not user.calls("basic_consume", queue), queue
        assert not user.calls("queue_purge", queue), queue
        assert not user.calls("queue_delete", queue), queue


def test_not_even_one_s_own_can_be_deleted(user: User) -> None:
    for queue in QUEUES.get(user.name, ()):
        assert not user.calls("queue_delete", queue)
        assert not user.calls("queue_declare", queue, durable=True, auto_delete=False)


def test_nothing_is_written_into_a_queue(user: User) -> None:
    for name in SERVICES:
        for queue in QUEUES[name]:
            assert not user.publishes("", queue)


def test_only_one_s_own_events_are_published(user: User) -> None:
    for name, contract in CONTRACTS.items():
        for event in contract.events:
            if name != user.name:
                assert not user.publishes(event.exchange, event.type)
                if user.name in SERVICES:
                    assert not user.publishes(event_exchange(user.name), event.type)
    assert not user.publishes(SEAL_MADE.exchange, "id.kota.audit.other.v1")
    assert not user.publishes("dead-letters", "reports")


def test_only_calls_of_the_contracts_are_made(user: User) -> None:
    allowed = topology.calls(user.name, list(CONTRACTS.values()))
    outlet = topology.rpc_outlet(user.name)
    for call in ALL_CALLS:
        assert not user.publishes(topology.RPC_EXCHANGE, call)
        if call not in allowed:
            assert not user.publishes(outlet, call), call
    for other in set(PROCESSES) - {user.name}:
        assert not user.publishes(topology.rpc_outlet(other), "reply")


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_headers_bring_no_call_under_another_key(stack: Stack, header: str) -> None:
    """Before RabbitMQ 4 they deliver, but under the checked key, by which nothing is served."""
    with (
        Connection(stack.rabbitmq.url()) as operator,
        Connection(stack.rabbitmq.url_of("reports")) as connection,
    ):
        spy = Queue("", topology.rpc_exchange(), routing_key="registry.*", exclusive=True)
        bound = spy(operator.channel())
        bound.declare()
        User("reports", connection).publishes(
            topology.rpc_outlet("reports"), "reply-nobody", **{header: ["registry.jwks"]}
        )
        found = [bound.get(no_ack=True) for _ in range(20)]
    came = [one for one in found if one is not None and one.body == b"not an event"]
    assert {one.delivery_info["routing_key"] for one in came} <= {"reply-nobody"}


def test_durable_things_are_declared_by_nobody(user: User) -> None:
    exchange = Exchange("mine", "topic", durable=True)
    assert not user.may(lambda c: exchange(c).declare())
    assert not user.calls("queue_declare", "mine", durable=True, auto_delete=False)
    for name in ("nameko-rpc", "reports.events", topology.rpc_outlet(user.name)):
        assert not user.calls("exchange_delete", name)


def test_nobody_listens_to_others(user: User) -> None:
    queue = topology.reply_queue(topology.reply_key(user.name, new_id()))
    if user.name not in ("gateway", "notify"):
        assert not user.calls("queue_declare", queue, exclusive=True)
        return
    foreign = topology.reply_key("gateway" if user.name == "notify" else "notify", new_id())
    keys = [(topology.RPC_EXCHANGE, key) for key in ("#", "*", "*.*", foreign, "reports.*")]
    keys += [(event_exchange(name), "#") for name in SERVICES] + [(SEAL_MADE.exchange, "#")]
    with Connection(user._connection.as_uri(include_password=True)) as own:
        own.channel().queue_declare(queue, exclusive=True)
        one = User(user.name, own)
        for exchange, key in keys:
            assert not one.calls("queue_bind", queue, exchange, key), (
                exchange,
                key,
            )
        allowed = queue.removeprefix("rpc.")
        assert one.calls("queue_bind", queue, topology.RPC_EXCHANGE, allowed)
