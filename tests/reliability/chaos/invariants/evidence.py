"""What the invariants are held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.reliability.chaos.history import Attempt
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.world import Kill


@dataclass(frozen=True)
class Evidence:
    """attempts: the clients' history. kills: what was killed meanwhile. in_order: whether events
    reached their consumers in the order in which they were published. slowness: by how much bounds
    in seconds are to be stretched.
    """

    attempts: Sequence[Attempt]
    observed: Observed
    kills: Sequence[Kill] = field(default_factory=list)
    in_order: bool = True
    slowness: float = 1.0

    def accepted(self) -> Iterator[Attempt]:
        """Writes that were answered with 2xx."""
        return (one for one in self.attempts if one.is_write and one.type == "ok")

    def submissions(self) -> dict[str, dict[str, Any]]:
        """What was asked with each key under which a report was submitted."""
        return {one.key: one.asked for one in self.attempts if one.f == "submit"}
