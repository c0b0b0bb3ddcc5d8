"""`kota topology --prune` on a real broker: what is needed stays, the rest goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kombu import Connection, Queue

from infra.local.stack import Stack
from services.chassis import topology
from services.notify.contract import CONTRACT
from tests.integration.chassis.sample import ORDERED, event_type
from tests.kota import kota

# a subscription as a version before may have had
ONCE = replace(ORDERED, service="notify", events=(event_type("reports"),))
EMPTY, FULL, READ = (f"notify.once_{name}.v1" for name in ("empty", "full", "read"))
KNOWN = topology.event_queue(CONTRACT.subscriptions[0])
# somebody else's, who looks at our events
THEIRS = Queue("notify.copy.v1", topology.exchange("reports.events"), "#", durable=True)


@pytest.fixture
def channel(stack: Stack) -> Iterator[Any]:
    # other tests have services of their own
    kota(stack.state.folder, "topology", "--prune", "--with-messages")
    with Connection(stack.rabbitmq.url()) as connection:
        channel = connection.channel()
        for handler in ("once_empty", "once_full", "once_read"):
            topology.event_queue(replace(ONCE, handler=handler))(channel).declare()
        THEIRS(channel).declare()
        channel.queue_bind(KNOWN.name, "reports.events", ONCE.events[0].type)
        yield channel
        for name in (EMPTY, FULL, READ, THEIRS.name):
            channel.queue_delete(name)


def test_pruning(stack: Stack, channel: Any) -> None:
    reader = channel.basic_consume(READ)
    channel.confirm_select()
    channel.basic_publish_confirm(channel.prepare_message(b"kept"), "", FULL)
    shown = kota(stack.state.folder, "topology")
    stale = f"binding reports.events -> {KNOWN.name} ({ONCE.events[0].type})"
    for name in (stale, EMPTY, FULL, READ):
        assert f"no contract names it any more: {name}\n" in shown.out
    assert shown.out.count("no contract names") == 4
    pruned = kota(stack.state.folder, "topology", "--prune").out
    assert f"removed: {stale}" in pruned and f"removed: queue {EMPTY}" in pruned
    assert f"kept: queue {FULL} (it holds 1 messages" in pruned
    assert f"kept: queue {READ} (somebody consumes it" in pruned
    assert names(stack) & {EMPTY, FULL, READ, THEIRS.name} == {FULL, READ, THEIRS.name}
    last = kota(stack.state.folder, "topology", "--prune", "--with-messages").out
    assert f"removed: queue {FULL}" in last and f"kept: queue {READ}" in last
    channel.basic_cancel(reader)
    bindings = stack.rabbitmq.node().definitions()["bindings"]
    assert not [b for b in bindings if b["routing_key"] == ONCE.events[0].type
                and b["destination"] != READ]  # fmt: skip


def names(stack: Stack) -> set[str]:
    return {queue["name"] for queue in stack.rabbitmq.node().definitions()["queues"]}
