"""What a run cost and what its numbers say: CPU by group of processes, medians, percentiles."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# fields of /proc/<pid>/stat after the name: proc_pid_stat(5)
_PARENT, _TIMES = 1, slice(11, 15)


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that `percent` of all do not exceed.

    Raises ValueError for no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is nothing to take a percentile of")
    rank = math.ceil(len(ordered) * percent / 100)
    return ordered[max(0, rank - 1)]


def median(values: Iterable[float]) -> float:
    """The middle value, the mean of the two in the middle of an even number."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is nothing to take a median of")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def parse_stat(text: str) -> tuple[int, float]:
    """(parent's pid, CPU seconds of the process and of its children that have ended)."""
    # the name stands in brackets and may hold anything, also blanks and brackets
    fields = text.rpartition(")")[2].split()
    return int(fields[_PARENT]), sum(map(int, fields[_TIMES])) / _TICKS


def tree_seconds(processes: Mapping[int, tuple[int, float]], root: int) -> float:
    """CPU seconds of `root` and everything below it. processes: pid → (parent, seconds)."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, (parent, _seconds) in processes.items():
        children[parent].append(pid)
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += processes.get(pid, (0, 0.0))[1]
        waiting += children[pid]
    return total


def running() -> dict[int, tuple[int, float]]:
    """All processes of this machine: pid → (parent, CPU seconds)."""
    found: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            found[int(folder.name)] = parse_stat((folder / "stat").read_text())
        except OSError:
            continue  # it has just ended
    return found


class Meter:
    """CPU seconds by group since it was made. groups: name → the pids whose trees belong to it."""

    def __init__(self, groups: Mapping[str, Sequence[int]]) -> None:
        self._groups = groups
        self._before = self._now()

    def spent(self) -> dict[str, float]:
        """Seconds of CPU since then, by group."""
        now = self._now()
        return {name: now[name] - before for name, before in self._before.items()}

    def _now(self) -> dict[str, float]:
        processes = running()
        return {
            name: sum(tree_seconds(processes, pid) for pid in pids)
            for name, pids in self._groups.items()
        }
