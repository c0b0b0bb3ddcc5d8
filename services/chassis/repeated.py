"""The entrypoint for work that goes on beside requests.

@repeated(1.0)
def order_feed(self) -> bool: ...

The method is called again and again, one call at a time in this process: at once if it returns
True, else after `seconds`, or when `self.chassis.poke("order_feed")` hurries it. A failure is
logged and followed by a growing rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from services.chassis.background import Loop


class RepeatedEntrypoint(Entrypoint):
    """Runs its method in workers of the container."""

    def __init__(self, seconds: float, pause: float = 0.0, **kwargs: Any) -> None:
        self._seconds = seconds
        self._pause = pause
        super().__init__(**kwargs)

    def setup(self) -> None:
        """Prepare the loop."""
        self._loop = Loop(self.method_name, self._step, self._seconds, self._pause)

    def start(self) -> None:
        """Begin."""
        self._loop.start(self.container)

    def stop(self) -> None:
        """End after the present call."""
        self._loop.stop()

    def poke(self) -> None:
        """There is something to do now."""
        self._loop.poke()

    def _step(self) -> bool:
        finished = Event()

        def finish(_worker: Any, outcome: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info is None:
                finished.send(bool(outcome))
            else:
                finished.send_exception(exc_info[1])
            return outcome, None

        try:
            self.container.spawn_worker(self, (), {}, handle_result=finish)
        except ContainerBeingKilled:
            return False
        return bool(finished.wait())


def repeated(
    seconds: float, pause: float = 0.0
) -> Callable[[Callable[[Any], bool]], Callable[[Any], bool]]:
    """Call the method for ever, with a rest of `seconds` and one of `pause` at least; see Loop."""
    decorate: Callable[[Callable[[Any], bool]], Callable[[Any], bool]]
    decorate = RepeatedEntrypoint.decorator(seconds, pause)
    return decorate
