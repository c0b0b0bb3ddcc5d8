"""What clients asked and what they heard, logged as Jepsen does: one JSON object a line.

A *process* is a client that does one thing at a time: its `invoke` is followed by its `ok` (2xx),
its `fail` (answered 4xx: it did not happen) or its `info` (unknown: a 5xx, a torn connection, or
no answer in time). `time` is monotonic, in nanoseconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Type = Literal["invoke", "ok", "fail", "info"]


@dataclass(frozen=True)
class Line:
    """One line. value: what was asked, or what was answered. seconds: from asking to the answer."""

    index: int
    process: int
    type: Type
    f: str
    value: dict[str, Any]
    time: int
    status: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Attempt:
    """A question and what became of it.

    asked: `key` (the Idempotency-Key), and what the operation is about. answer: `id`, `version` and
    `state` of the report, `retry_after` of a refusal, or the `error` of a connection. The times are
    monotonic nanoseconds; without an answer `type` is info and `ended` the end of the history.
    """

    f: str
    process: int
    asked: dict[str, Any]
    began: int
    ended: int
    type: Type
    status: int | None = None
    seconds: float | None = None
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The Idempotency-Key; of reads, a name of their own."""
        return str(self.asked["key"])

    @property
    def is_write(self) -> bool:
        """Whether it was to change something."""
        return self.f != "read"


class History:
    """Lines in the order in which they were noted; kept in a file too, if one is named."""

    def __init__(self, file: Path | None = None) -> None:
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._file = file.open("w") if file else None

    def note(
        self,
        process: int,
        type: Type,
        f: str,
        value: dict[str, Any],
        *,
        status: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Note what a client asked or heard just now."""
        with self._lock:
            now, index = time.monotonic_ns(), len(self._lines)
            line = Line(index, process, type, f, value, now, status, seconds)
            self._lines.append(line)
            if self._file:
                self._file.write(json.dumps(asdict(line)) + "\n")
                self._file.flush()

    def lines(self) -> list[Line]:
        """All of it up to now."""
        with self._lock:
            return list(self._lines)

    def attempts(self) -> list[Attempt]:
        """All of it up to now, each question with its answer."""
        return paired(self.lines())

    def close(self) -> None:
        """Nothing is noted after this."""
        if self._file:
            self._file.close()


def read(file: Path) -> list[Line]:
    """The lines of a history's file."""
    return [Line(**json.loads(text)) for text in file.read_text().splitlines()]


def paired(lines: Iterable[Line]) -> list[Attempt]:
    """Each question with its answer, in the order of the questions."""
    ordered = list(lines)
    last = ordered[-1].time if ordered else 0
    answers: dict[int, Line] = {}
    found: list[Attempt] = []
    for line in reversed(ordered):
        if line.type == "invoke":
            found.append(_attempt(line, answers.pop(line.process, None), last))
        else:
            answers[line.process] = line
    return found[::-1]


def _attempt(asked: Line, heard: Line | None, last: int) -> Attempt:
    if heard is None:
        return Attempt(asked.f, asked.process, asked.value, asked.time, last, "info")
    return Attempt(
        asked.f, asked.process, asked.value, asked.time, heard.time, heard.type,
        heard.status, heard.seconds, heard.value,
    )  # fmt: skip
