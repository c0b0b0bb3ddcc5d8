"""I6: audit verifies."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reliability.chaos.invariants.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    """What `kota audit verify` found."""
    yield from evidence.observed.audit
