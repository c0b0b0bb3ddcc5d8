"""In one process, what concerns one subject is done in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventlet.event import Event


class Turn:
    """A place in the line of one subject, taken on arrival."""

    def __init__(self, before: Event | None) -> None:
        self._before = before
        self.over = Event()
        self.is_done = False

    def comes(self) -> bool:
        """Wait for it; whether the one before was done, and not put off."""
        return self._before is None or bool(self._before.wait())


class Turns:
    """The lines of all subjects. Only as large as what is under way."""

    def __init__(self) -> None:
        self._last: dict[str, Event] = {}

    def __len__(self) -> int:
        return len(self._last)

    def join(self, subject: str) -> Turn:
        """The place behind all who came before; `leaving` must follow."""
        turn = Turn(self._last.get(subject))
        self._last[subject] = turn.over
        return turn

    @contextmanager
    def leaving(self, subject: str, turn: Turn) -> Iterator[None]:
        """At the end the next one comes; it is told whether this one set `is_done`."""
        try:
            yield
        finally:
            if self._last.get(subject) is turn.over:
                del self._last[subject]
            turn.over.send(turn.is_done)
