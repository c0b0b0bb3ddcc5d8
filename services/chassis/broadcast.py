"""Events that a process hears while it is there, and that nobody keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from services.chassis.contract import EventType
from services.chassis.envelope import open_envelope
from services.chassis.errors import Invalid

log = structlog.get_logger(__name__)

BROADCAST_QUEUE = 10_000


@dataclass(frozen=True)
class Broadcast:
    """An event that every process wants to hear while it is there, and none keeps for later.

    on_event: gets its data; must be quick. on_connected: called whenever listening begins (again):
    what was said before was not heard. is_wanted: whether it is worth reading at the moment.
    """

    event_type: EventType
    on_event: Callable[[dict[str, Any]], None]
    on_connected: Callable[[], None]
    is_wanted: Callable[[], bool]

    def receive(self, body: bytes | str) -> None:
        """Read and hand over; one that cannot be read counts as not heard."""
        if not self.is_wanted():
            return
        try:
            event = open_envelope(body, {self.event_type.type: self.event_type})
        except Invalid:
            log.error("a broadcast cannot be read", type=self.event_type.type)
            self.on_connected()
            return
        self.on_event(event.data)
