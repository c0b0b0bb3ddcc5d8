"""Each process' user tries on the real broker what it may not do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

from infra.kota.contracts import all_contracts
from infra.local.stack import Stack
from infra.local.state import PROCESSES, SERVICES
from services.chassis import jsontext, topology
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import dead_letter_queue, event_exchange
from services.chassis.envelope import seal
from services.chassis.ids import new_id
from services.chassis.topology import NAMED_BY_THE_BROKER
from tests.reliability.databases import column, connected
from tests.waiting import eventually

CONTRACTS = {contract.service: contract for contract in all_contracts()}
ALL_CALLS = [f"{c.service}.{o.name}" for c in CONTRACTS.values() for o in c.operations]
CALLERS = [one for one in PROCESSES if topology.calls(one, list(CONTRACTS.values()))]
QUEUES = {
    name: [f"rpc-{name}", *(one.queue for one in contract.subscriptions)]
    for name, contract in CONTRACTS.items()
}
NO_CALL = b"not a call"
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


def test_no_exchange_is_made_through_which_an_outlet_could_be_passed(user: User) -> None:
    """Under a name that a process may use, it could publish with any key, and CC to its outlet."""
    for name in (f"amq.gen-{'x' * 22}", f"rpc.{topology.reply_key(user.name, new_id())}", "amq.x"):
        assert not user.calls("exchange_declare", name, "topic", auto_delete=True), name
        assert not user.calls("queue_declare", name, exclusive=True), name
    if user.name not in CALLERS:
        assert not user.calls("queue_declare", NAMED_BY_THE_BROKER, exclusive=True)


@pytest.mark.parametrize("caller", CALLERS)
def test_a_queue_of_one_s_own_is_no_way_round(stack: Stack, caller: str) -> None:
    """Dead letters with a key of one's choice come to the outlet, and no further."""
    with (
        Connection(stack.rabbitmq.url()) as operator,
        Connection(stack.rabbitmq.url_of(caller)) as connection,
    ):
        spy = Queue("", topology.rpc_exchange(), routing_key="registry.*", exclusive=True)
        bound = spy(operator.channel())
        bound.declare()
        calls = topology.calls(caller, list(CONTRACTS.values()))
        forbidden = next(c for c in ALL_CALLS if c.startswith("registry.") and c not in calls)
        channel = connection.channel()
        own = channel.queue_declare(
            NAMED_BY_THE_BROKER,
            exclusive=True,
            arguments={
                "x-message-ttl": 0,
                "x-dead-letter-exchange": topology.rpc_outlet(caller),
                "x-dead-letter-routing-key": forbidden,
            },
        ).queue
        key = topology.reply_key(caller, new_id())
        channel.queue_bind(own, topology.RPC_EXCHANGE, key)
        # as if somebody had answered; the way from the outlet is open to replies and calls only
        publisher = operator.channel()
        publisher.confirm_select()
        message = publisher.prepare_message(NO_CALL, headers={"CC": [forbidden]})
        publisher.basic_publish_confirm(message, topology.RPC_EXCHANGE, key)
        assert eventually(lambda: is_empty(channel, own))
        came = [one for one in iter(lambda: bound.get(no_ack=True), None) if one.body == NO_CALL]
    # what the operator's CC brought has the reply's key; nothing came by the dead letter's
    assert {one.delivery_info["routing_key"] for one in came} <= {key}


def test_nobody_listens_to_others(user: User) -> None:
    if user.name not in CALLERS:
        return
    foreign = topology.reply_key("gateway" if user.name == "notify" else "notify", new_id())
    keys = [(topology.RPC_EXCHANGE, key) for key in ("#", "*", "*.*", foreign, "reports.*")]
    keys += [(event_exchange(name), "#") for name in SERVICES] + [(SEAL_MADE.exchange, "#")]
    with Connection(user._connection.as_uri(include_password=True)) as own:
        queue = own.channel().queue_declare(NAMED_BY_THE_BROKER, exclusive=True).queue
        one = User(user.name, own)
        for exchange, key in keys:
            assert not one.calls("queue_bind", queue, exchange, key), (exchange, key)
        allowed = topology.reply_key(user.name, new_id())
        assert one.calls("queue_bind", queue, topology.RPC_EXCHANGE, allowed)


def test_queues_that_processes_make_for_themselves_are_theirs_alone(stack: Stack) -> None:
    with (
        Connection(stack.rabbitmq.url_of("gateway")) as first,
        Connection(stack.rabbitmq.url_of("notify")) as second,
    ):
        queue = first.channel().queue_declare(NAMED_BY_THE_BROKER, exclusive=True).queue
        for method in ("basic_get", "basic_consume", "queue_purge", "queue_delete"):
            with pytest.raises(second.channel_errors, match="RESOURCE_LOCKED"):
                getattr(second.channel(), method)(queue)


def test_a_seal_in_another_s_name_witnesses_nothing(stack: Stack) -> None:
    sequence = 2**40 + secrets.randbelow(2**30)
    told = {"service": "registry", "sequence": sequence, "digest": "f" * 64}
    body = jsontext.dumps(seal(SEAL_MADE, "registry", 1, told, at=datetime.now(UTC))).encode()
    with Connection(stack.rabbitmq.url_of("reports")) as connection:
        with pytest.raises(connection.channel_errors, match="user_id property"):
            publish_seal(connection, body, {"user_id": "registry"})
        publish_seal(connection, body, {})
        publish_seal(connection, body, {"user_id": "reports"})
    with Connection(stack.rabbitmq.url()) as operator:
        for name in SERVICES:
            channel = operator.channel()
            for _ in range(2):
                eventually(partial(took, channel, dead_letter_queue(name), body), what=name)
    witnessed = "SELECT count(*) FROM chassis.audit_witness WHERE sequence = %s"
    for name in SERVICES:
        with connected(stack, name) as database:
            assert column(database, witnessed, sequence) == [0]


def publish_seal(connection: Connection, body: bytes, properties: dict[str, str]) -> None:
    channel = connection.channel()
    channel.confirm_select()
    message = channel.prepare_message(body, properties=properties)
    channel.basic_publish_confirm(message, SEAL_MADE.exchange, SEAL_MADE.type)


def took(channel: Channel, queue: str, body: bytes) -> bool:
    """Whether the next message is that one; others are given back when the channel ends."""
    message = channel.basic_get(queue)
    if message is None or message.body != body:
        return False
    channel.basic_ack(message.delivery_tag)
    return True


def is_empty(channel: Channel, queue: str) -> bool:
    return bool(channel.queue_declare(queue, passive=True).message_count == 0)
