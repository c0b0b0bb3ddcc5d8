"""The open streams of this process, and who of them hears what."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from eventlet import Timeout
from eventlet.event import Event

from services.chassis.errors import Busy

MOST_WAITING = 200

Entry = dict[str, Any]


class Stream:
    """Entries on their way to one client. audiences: what it may hear."""

    def __init__(self, audiences: Iterable[str]) -> None:
        self.audiences = frozenset(audiences)
        self.is_ended = False
        self._waiting: deque[Entry] = deque()
        self._news = Event()

    def offer(self, entry: Entry) -> None:
        """Add an entry; a client that is too far behind is dropped, and replays later."""
        if len(self._waiting) >= MOST_WAITING:
            self.end()
        if not self.is_ended:
            self._waiting.append(entry)
            self._wake()

    def end(self) -> None:
        """Nothing more will come."""
        self.is_ended = True
        self._wake()

    def take(self, seconds: float) -> Entry | None:
        """The next entry; None if there is none for so long, or no more at all."""
        if not self._waiting and not self.is_ended:
            with Timeout(seconds, False):
                self._news.wait()
            self._news = Event()
        if self.is_ended or not self._waiting:
            return None
        return self._waiting.popleft()

    def _wake(self) -> None:
        if not self._news.ready():
            self._news.send(None)


class Hub:
    """most: open streams in this process; most_per_address: of one client address."""

    def __init__(self, *, most: int, most_per_address: int) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._streams: dict[Stream, str] = {}
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many are open."""
        return len(self._streams)

    def open(self, address: str, audiences: Iterable[str]) -> Stream:
        """A new stream, to be closed by the caller. Raises Busy."""
        if len(self._streams) >= self._most or self._by_address[address] >= self._most_per_address:
            raise Busy(retry_after=30)
        stream = Stream(audiences)
        self._streams[stream] = address
        self._by_address[address] += 1
        return stream

    def close(self, stream: Stream) -> None:
        """Forget a stream; again is no error."""
        address = self._streams.pop(stream, None)
        if address is None:
            return
        stream.end()
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def publish(self, entries: Iterable[Entry]) -> None:
        """Give new entries of the feed, in order, to all who may hear them."""
        for entry in entries:
            for stream in self._streams:
                if entry["audience"] in stream.audiences:
                    stream.offer(entry)

    def end_all(self) -> None:
        """Something may have been missed: let everybody come again and replay."""
        for stream in self._streams:
            stream.end()
