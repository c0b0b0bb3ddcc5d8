"""What is wrong with a city pack: which file, which line, which field, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.chassis.text import Language, Text

Path = tuple[str | int, ...]
"""Where a value stands in a document: keys and zero-based list positions from the top."""


def dotted(path: Path) -> str:
    """A path as people read it.

    >>> dotted(("categories", 3, "name", "id"))
    'categories[3].name.id'
    """
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


@dataclass(frozen=True)
class Problem:
    """One mistake. `file` is relative to the pack, `line` counts from 1, `field` may be empty."""

    file: str
    line: int
    field: str
    message: Text

    def in_language(self, language: Language) -> str:
        """One line for a terminal: `file:line: field: message`."""
        place = f"{self.file}:{self.line}: "
        field = f"{self.field}: " if self.field else ""
        return place + field + self.message.in_language(language)

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "file": self.file,
            "line": self.line,
            "field": self.field,
            "message": self.message.data(),
        }


class CityPackInvalid(Exception):
    """The pack cannot be used; `problems` holds every mistake found, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = tuple(sorted(unique, key=lambda p: (p.file, p.line, p.field)))
        super().__init__("\n".join(problem.in_language("en") for problem in self.problems))
