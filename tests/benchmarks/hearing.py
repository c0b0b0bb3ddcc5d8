"""What one person's live stream says meanwhile, written down by a process of its own (`listen`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.state import ROOT
from tests.benchmarks.stage import Stage
from tests.waiting import eventually

MOST_SECONDS = 120.0


class Heard:
    """Its lines, in a file: a pipe that nobody empties is full at some time, and it would wait."""

    def __init__(self, stage: Stage) -> None:
        self.file = stage.stack.state.folder / "heard.jsonl"

    def lines(self) -> list[Any]:
        """All that was heard by now."""
        *complete, _ = self.file.read_text().split("\n")
        return [json.loads(line) for line in complete if line.startswith("[")]

    def wait_for(self, count: int) -> list[Any]:
        """All that was heard, when it is so much."""
        eventually(lambda: len(self.lines()) >= count, MOST_SECONDS, f"{count} to be heard")
        return self.lines()


@contextmanager
def hearing(stage: Stage, seconds: float, kinds: str) -> Iterator[Heard]:
    """Listen as citizen-1, for so long at most, to what is of these kinds."""
    heard = Heard(stage)
    module = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.listen"]
    with heard.file.open("w") as out, subprocess.Popen(
        [*module, str(stage.stack.port), str(seconds), kinds], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=out,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(f"{stage.client('citizen-1').token}\n")
        process.stdin.flush()
        eventually(lambda: "listening" in heard.file.read_text(), what="the listener")
        try:
            yield heard
        finally:
            process.kill()
