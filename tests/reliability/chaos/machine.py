"""How much slower this machine is than one that has nothing else to do.

Some promises name seconds. A machine that also does something else keeps them later through no
fault of the city, so that bounds are stretched by what was measured, and the report says by how
much.
"""

from __future__ import annotations

import threading
import time

SPIN_SECONDS = 0.02
EVERY_SECONDS = 1.0
# so many of the samples were no slower
SHARE = 0.9


class Machine:
    """A context: what runs meanwhile is measured against the processor time that it takes."""

    def __init__(self) -> None:
        self._samples: list[float] = []
        self._ends = threading.Event()

    def __enter__(self) -> Machine:
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def stretched(self, seconds: float) -> float:
        """What is to be allowed here where so much is allowed on an idle machine."""
        return seconds * self.slowness

    @property
    def slowness(self) -> float:
        """By how much bounds are to be stretched; 1 on an idle machine."""
        ordered = sorted(self._samples)
        return max(1.0, round(ordered[int(len(ordered) * SHARE)], 1)) if ordered else 1.0

    def _sample(self) -> None:
        while not self._ends.wait(EVERY_SECONDS):
            began, used = time.monotonic(), time.thread_time()
            while time.thread_time() - used < SPIN_SECONDS:
                pass
            self._samples.append((time.monotonic() - began) / SPIN_SECONDS)
