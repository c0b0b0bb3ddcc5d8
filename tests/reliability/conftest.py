"""Reliability tests use one running stack."""

from __future__ import annotations

import pytest
from kombu import Connection

from infra.kota.contracts import all_contracts
from infra.local.stack import Stack
from services.chassis.contract import dead_letter_queue
from tests.running import (
    admin,
    citizen,
    city,
    guest,
    newcomer,
    officer,
    other_citizen,
    other_officer,
    stack,
)

__all__ = [
    "admin",
    "citizen",
    "city",
    "guest",
    "newcomer",
    "officer",
    "other_citizen",
    "other_officer",
    "stack",
]


@pytest.fixture
def no_dead_letters(stack: Stack) -> None:
    """The shared stack is without the messages that other tests made unreadable on purpose."""
    with Connection(stack.rabbitmq.url()) as broker:
        for contract in all_contracts():
            broker.default_channel.queue_purge(dead_letter_queue(contract.service))
