"""I3: outbox empty, nothing parked or dead-lettered, queues empty sixty seconds after healing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reliability.chaos.invariants.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    """Nothing waits anywhere."""
    yield from evidence.observed.unsettled
