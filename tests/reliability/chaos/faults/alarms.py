"""The broker's disk alarm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.stack import Stack

# no disk has so much left, and every disk has this
NEVER_FREE, USUAL = "9000GB", "200MB"


@contextmanager
def disk_alarm(stack: Stack) -> Iterator[None]:
    """The broker believes that its disk is full, and takes nothing in meanwhile."""
    node = stack.rabbitmq.node()
    node.run("set_disk_free_limit", NEVER_FREE)
    try:
        yield
    finally:
        node.run("set_disk_free_limit", USUAL)
