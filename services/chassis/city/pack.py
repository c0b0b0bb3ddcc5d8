"""One city pack being read: gives documents, collects problems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as Directory
from typing import Any

import marshmallow as ma

from services.chassis.city.csvfile import parse_csv
from services.chassis.city.document import Document
from services.chassis.city.jsonfile import parse_json
from services.chassis.city.problems import CityPackInvalid, Path, Problem
from services.chassis.city.rawfile import MAX_BYTES, read_text
from services.chassis.city.yamlfile import parse_yaml
from services.chassis.text import Text

NOT_AN_OBJECT = Text("This must be an object.", id="Ini harus berupa objek.")
NOT_A_LIST = Text("This must be a list.", id="Ini harus berupa daftar.")
NO_ITEMS = Text("At least one entry is needed.", id="Minimal satu butir diperlukan.")
SAME_CODE = Text("{value} already stands on line {line}.", id="{value} sudah ada di baris {line}.")


class Pack:
    """Reads the files of one directory; every mistake goes to `problems`, none is raised."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.problems: list[Problem] = []

    def yaml(self, file: str) -> Document | None:
        """Read a YAML file whose top level is an object."""
        text = self._text(file)
        return None if text is None else self._accept(parse_yaml(file, text), dict, NOT_AN_OBJECT)

    def json(self, file: str, max_bytes: int) -> Document | None:
        """Read a JSON file whose top level is an object."""
        text = self._text(file, max_bytes)
        return None if text is None else self._accept(parse_json(file, text), dict, NOT_AN_OBJECT)

    def csv(self, file: str, columns: tuple[str, ...], numbers: frozenset[str]) -> Document | None:
        """Read a CSV file with exactly these columns; the value is a list of objects."""
        text = self._text(file)
        if text is None:
            return None
        return self._accept(parse_csv(file, text, columns, numbers), list, NOT_A_LIST)

    def _text(self, file: str, max_bytes: int = MAX_BYTES) -> str | None:
        text = read_text(self.directory, file, max_bytes)
        if isinstance(text, Problem):
            self.problems.append(text)
            return None
        return text

    def _accept(
        self, found: Document | list[Problem], top: type[Any], wrong_top: Text
    ) -> Document | None:
        if isinstance(found, list):
            self.problems.extend(found)
        elif not isinstance(found.value, top):
            self.report(found, (), wrong_top)
        else:
            return found
        return None

    def report(self, document: Document, path: Path, message: Text) -> None:
        """Note a mistake at `path` of `document`."""
        self.problems.append(document.problem(path, message))

    def load(self, document: Document, path: Path, schema: type[ma.Schema]) -> Any:
        """Validate the value at `path`; returns what the schema makes of it, or None."""
        try:
            return schema().load(document.at(path))
        except ma.ValidationError as error:
            for inner, message in flatten(error.messages):
                self.report(document, (*path, *inner), message)
            return None

    def load_items(
        self, document: Document, path: Path, schema: type[ma.Schema]
    ) -> list[tuple[Path, Any]]:
        """Validate each item of the list at `path`; returns the good ones with their paths."""
        value = document.at(path)
        if not isinstance(value, list):
            self.report(document, path, NOT_A_LIST)
            return []
        if not value:
            self.report(document, path, NO_ITEMS)
        loaded = [((*path, n), self.load(document, (*path, n), schema)) for n in range(len(value))]
        return [(item_path, item) for item_path, item in loaded if item is not None]

    def unique(self, document: Document, path: Path, key: str = "code") -> None:
        """Report each item of the list at `path` whose `key` an earlier item has."""
        first: dict[str, Path] = {}
        for position, item in enumerate(document.items(path)):
            value = item.get(key) if isinstance(item, dict) else None
            if not isinstance(value, str):
                continue
            here = (*path, position, key)
            if value in first:
                line = document.line(first[value])
                self.report(document, here, SAME_CODE.format(value=value, line=line))
            first.setdefault(value, here)

    def raise_if_bad(self) -> None:
        """Raise CityPackInvalid when anything was wrong."""
        if self.problems:
            raise CityPackInvalid(self.problems)


def declared(document: Document | None, path: Path, key: str = "code") -> frozenset[str] | None:
    """The codes that the list at `path` declares, right or wrong otherwise.

    None when there is no document, so that references into it are not reported on top.
    """
    if document is None:
        return None
    found = [item.get(key) for item in document.items(path) if isinstance(item, dict)]
    return frozenset(code for code in found if isinstance(code, str))


def flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """marshmallow's nested messages as (path, message)."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step: Path = () if key == ma.exceptions.SCHEMA else (key,)
            yield from flatten(inner, (*path, *step))
    elif isinstance(messages, list):
        for inner in messages:
            yield from flatten(inner, path)
    else:
        yield path, Text.of(messages)
