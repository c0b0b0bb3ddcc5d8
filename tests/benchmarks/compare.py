"""What is kept of a run, and how the next one differs from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# a shared machine gives the same work back with so much difference
NOISE = 0.10


@dataclass(frozen=True)
class Change:
    """before: the last run's value. ratio: now over before. verdict: better, worse or same."""

    before: float
    ratio: float
    verdict: str


def change(figure: Mapping[str, Any], before: Mapping[str, Any] | None) -> Change | None:
    """How a figure differs from the last run's; None if that has none of its name."""
    if before is None or not before["value"]:
        return None
    ratio = figure["value"] / before["value"]
    gain = ratio if figure["better"] == "more" else 2 - ratio
    verdict = "same" if abs(ratio - 1) <= NOISE else "better" if gain > 1 else "worse"
    return Change(before["value"], ratio, verdict)


class Runs:
    """The folder of all runs, a JSON file each; and per row the last one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = folder / "last.json"

    def last(self) -> dict[str, Any]:
        """The newest outcome of each row; {} before the first run."""
        found: dict[str, Any] = json.loads(self._last.read_text()) if self._last.exists() else {}
        return found

    def keep(self, run: Mapping[str, Any]) -> Path:
        """Write a run; its rows are the last ones now. Returns the run's file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{run['at'].replace(':', '')}.json"
        file.write_text(json.dumps(run, indent=1))
        self._last.write_text(json.dumps(self.last() | run["rows"], indent=1))
        return file


def figure_of(row: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    """The figure of that name in a kept row."""
    figures: list[Mapping[str, Any]] = row["figures"] if row else []
    return next((figure for figure in figures if figure["name"] == name), None)
