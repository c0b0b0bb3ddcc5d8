"""Work that would hold up everybody else goes to real threads, through a short queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.chassis.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Offload:
    """Runs slow functions (hashing, images) in at most `threads` threads at once.

    queue: how many may wait for a thread; one more is told to come back later.
    """

    def __init__(self, *, threads: int = 2, queue: int = 32) -> None:
        self._free = Semaphore(threads)
        self._most = threads + queue
        self._present = 0

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function(*args)`. Raises Unavailable if the queue is full."""
        if self._present >= self._most:
            raise Unavailable()
        self._present += 1
        try:
            with self._free:
                result: T = tpool.execute(function, *args, **kwargs)
                return result
        finally:
            self._present -= 1
