"""One clock for everything, so that a test can move time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

# an answer that took longer says little
MOST_LATE_SECONDS = 0.5
JITTER_SECONDS = 0.1
WRONG = timedelta(seconds=5)


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> datetime:
        """The present moment in UTC, aware."""
        ...


class ProcessTime:
    """What time it is here: the machine's, until a better clock has been heard.

    A service heeds its database, so that all processes of it agree, also where a machine's clock is
    wrong. Between two answers the monotonic clock counts on; nobody can set that one.
    """

    def __init__(self) -> None:
        self._anchor: tuple[datetime, float] | None = None
        self._is_wrong = False

    def now(self) -> datetime:
        """The present moment in UTC."""
        if self._anchor is None:
            return datetime.now(UTC)
        moment, at = self._anchor
        return moment + timedelta(seconds=time.monotonic() - at)

    def heed(self, theirs: datetime, asked: float) -> None:
        """Follow a better clock, if we differ by more than its answer may be late.

        theirs: what it just answered. asked: when it was asked, by `time.monotonic`.
        """
        heard = time.monotonic()
        late = heard - asked
        if late > MOST_LATE_SECONDS:
            return
        moment = theirs + timedelta(seconds=late / 2)
        self._complain(datetime.now(UTC) - moment)
        difference = abs(self.now() - moment).total_seconds()
        if self._anchor is None or difference > late / 2 + JITTER_SECONDS:
            self._anchor = (moment, heard)

    def _complain(self, error: timedelta) -> None:
        was_wrong, self._is_wrong = self._is_wrong, abs(error) > WRONG
        if self._is_wrong and not was_wrong:
            log.warning("the clock of this machine is wrong", seconds=round(error.total_seconds()))


PROCESS_TIME = ProcessTime()


class SystemClock:
    """The time of this process, moved by so many seconds for rehearsals."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        """The present moment in UTC."""
        return PROCESS_TIME.now() + self._offset


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Go forward (or back) by `by`."""
        self.at += by
