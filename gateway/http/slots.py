"""A bounded number of requests at work, a bounded number waiting, for a bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventlet.semaphore import Semaphore

from services.chassis.errors import Busy


class Slots:
    """workers: at work at once. queue: waiting at once, each at most `seconds`."""

    def __init__(self, *, workers: int, queue: int, seconds: float) -> None:
        self._free = Semaphore(workers)
        self._places = workers + queue
        self._seconds = seconds
        self._workers = workers
        self._present = 0

    @property
    def working(self) -> int:
        """How many are at work."""
        return self._workers - int(self._free.counter)

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return self._present - self.working

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot for the time of the block. Raises Busy."""
        if self._present >= self._places:
            raise Busy()
        self._present += 1
        try:
            if not self._free.acquire(timeout=self._seconds):
                raise Busy()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._present -= 1
