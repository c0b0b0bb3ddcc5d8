"""A file of the pack after reading: plain values, and the line each of them stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.city.problems import Path, Problem, dotted
from services.chassis.text import Text


@dataclass(frozen=True)
class Document:
    """`file` is relative to the pack; `lines` knows the line of each key and list item."""

    file: str
    value: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of the value, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, message: Text) -> Problem:
        """A mistake at `path`."""
        return Problem(self.file, self.line(path), dotted(path), message)

    def at(self, path: Path) -> Any:
        """The value at `path`, or None where there is nothing."""
        value = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def items(self, path: Path) -> list[Any]:
        """The list at `path`; empty when it is missing or something else."""
        value = self.at(path)
        return value if isinstance(value, list) else []
