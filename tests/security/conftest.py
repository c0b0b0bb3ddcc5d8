"""Security tests use the one running stack, and gateways of their own beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import Stack
from tests.client import Client, log_in
from tests.gateways import Gateway, gateway
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


@pytest.fixture(scope="session")
def supervisor(stack: Stack) -> Client:
    """Who leads DLH, the agency for garbage."""
    return log_in(stack.base_url, stack.state.logins, "supervisor")


@pytest.fixture(scope="session")
def edge(stack: Stack) -> Iterator[Gateway]:
    """A gateway with room for few requests at a time."""
    with gateway(stack, WORKERS="4", QUEUE="4", CONNECTIONS="1500") as found:
        yield found
