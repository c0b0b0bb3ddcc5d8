"""Adaptive concurrency: of each kind of request so many are at work as are answered in good time.

Whoever comes on top is refused at once, for next to nothing, so that what was begun is finished: a
queue whose every place is answered just too late serves nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.errors import Busy

# an answer that took longer says that too many are at work
TARGET_SECONDS = 0.5
# more than this is only ever refused when the limit stays reached: a burst waits in queues
BURST_SECONDS = 0.5
# so long nobody met the limit: the next to do so begin a new burst
CALM_SECONDS = 2.0
FIRST, LEAST = 32.0, 4.0
# steps of additive increase per limit's worth of answers, and of decrease per late one
MORE, LESS = 1.0, 0.25


@dataclass
class _Lane:
    """One kind of request. reached: since when the limit has been met; met: when it last was."""

    limit: float = FIRST
    at_work: int = 0
    reached: float | None = None
    met: float = 0.0

    def admits(self, now: float) -> bool:
        """Whether one more may begin."""
        if self.reached is not None and now - self.met > CALM_SECONDS:
            self.reached = None
        if self.at_work < self.limit:
            return True
        self.met = now
        if self.reached is None:
            self.reached = now
        return now - self.reached < BURST_SECONDS

    def learn(self, seconds: float, beside: int, most: float) -> None:
        """Of one that was answered, begun with `beside` at work: only a crowd tells something."""
        if beside * 2 < self.limit:
            return
        step = MORE / self.limit if seconds <= TARGET_SECONDS else -LESS
        self.limit = min(most, max(LEAST, self.limit + step))


class Overload:
    """The lanes of all kinds. most: how far a limit may grow. now: monotonic seconds."""

    def __init__(self, *, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = float(most)
        self._now = now
        self._lanes: dict[Hashable, _Lane] = {}

    def check(self, kind: Hashable) -> None:
        """Raise Busy if one more of this kind would come too late, or make others so."""
        if not self._lane(kind).admits(self._now()):
            raise Busy()

    @contextmanager
    def at_work(self, kind: Hashable) -> Iterator[None]:
        """Around the work for a request."""
        lane, began = self._lane(kind), self._now()
        lane.at_work += 1
        beside = lane.at_work
        try:
            yield
        finally:
            lane.at_work -= 1
            lane.learn(self._now() - began, beside, self._most)

    def _lane(self, kind: Hashable) -> _Lane:
        lane = self._lanes.get(kind)
        if lane is None:
            lane = self._lanes[kind] = _Lane(limit=min(FIRST, self._most))
        return lane
