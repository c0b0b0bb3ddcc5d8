"""Events that nobody can read; see also test_chaos.py."""

from __future__ import annotations

import pytest
from kombu import Connection

from infra.local.stack import Stack
from services.chassis.topology import exchange
from services.reports.contract import SUBMITTED
from tests.client import Client
from tests.reliability.journal import Journal
from tests.waiting import eventually


@pytest.fixture
def journal(stack: Stack, citizen: Client) -> Journal:
    """An empty journal on a stack that has settled."""
    eventually(stack.is_ready, 60, "readiness")
    return Journal(stack, citizen)


@pytest.mark.usefixtures("no_dead_letters")
def test_an_unreadable_message_goes_to_the_dead_letters(stack: Stack, journal: Journal) -> None:
    with Connection(stack.rabbitmq.url()) as broker:
        producer = broker.Producer(exchange=exchange(SUBMITTED.exchange))
        producer.publish(b"not an event", routing_key=SUBMITTED.type, content_type="text/plain")
        queue = broker.SimpleQueue("notify.dead-letters", queue_args={"x-queue-type": "quorum"})
        message = queue.get(timeout=20)
        message.ack()
        queue.close()
    assert message.body in (b"not an event", "not an event")
    journal.post()
    journal.check()
