"""Work that goes on beside requests: named loops that survive every failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from eventlet import Timeout, sleep
from eventlet.event import Event

from services.chassis import metrics
from services.chassis.errors import DomainError

log = structlog.get_logger(__name__)

BACKOFF_MAX_SECONDS = 5.0


class Loop:
    """Calls `step` again and again in a green thread of the container.

    step returns True when there is more to do at once; otherwise the loop rests `seconds`, or until
    it is poked. `pause`: the shortest rest in seconds, so that what comes in a burst is done in one
    step, and what comes alone is done at once. A failure is logged and followed by a growing rest.
    """

    def __init__(
        self, name: str, step: Callable[[], bool], seconds: float, pause: float = 0.0
    ) -> None:
        self.name = name
        self._step = step
        self._seconds = seconds
        self._pause = pause
        self._poked = Event()
        self._stopping = False
        self._thread: Any = None

    def start(self, container: Any) -> None:
        """Begin."""
        self._thread = container.spawn_managed_thread(self._run, identifier=self.name)

    def stop(self) -> None:
        """End after the present step; returns when it has ended."""
        self._stopping = True
        self.poke()
        if self._thread is not None:
            self._thread.wait()

    def poke(self) -> None:
        """There is something to do now."""
        if not self._poked.ready():
            self._poked.send(None)

    def _run(self) -> None:
        backoff = 0.2
        while not self._stopping:
            try:
                more = self._step()
                backoff = 0.2
                metrics.loop_succeeded(self.name)
            except Exception as error:
                metrics.loop_failed(self.name)
                _log_failure(self.name, error)
                self._rest(backoff)
                backoff = min(backoff * 2, BACKOFF_MAX_SECONDS)
                continue
            if not more:
                self._rest(self._seconds)

    def _rest(self, seconds: float) -> None:
        earliest = time.monotonic() + self._pause
        with Timeout(seconds, False):
            self._poked.wait()
        if self._poked.ready() and not self._stopping:
            sleep(max(0.0, earliest - time.monotonic()))
            self._poked = Event()


def _log_failure(name: str, error: Exception) -> None:
    if isinstance(error, DomainError):
        log.warning("background work waits", loop=name, reason=error.code)
    else:
        log.exception("background work failed", loop=name)
