"""Read YAML with the line of every value.

A small, unsurprising YAML: numbers, true/false, null and text. `no` is text, `2026-01-01` is
text, custom tags and merge keys do not exist, a key may stand only once. Anchors and aliases are
allowed, so that a legal basis is written once per file.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from services.chassis.city.document import Document
from services.chassis.city.problems import Path, Problem, dotted
from services.chassis.text import Text

MAX_VALUES = 100_000

SYNTAX = Text("This is not YAML: {why}.", id="Ini bukan YAML: {why}.")
EMPTY = Text("This file is empty.", id="Berkas ini kosong.")
TOO_DEEP = Text("This file is nested too deeply.", id="Berkas ini bersarang terlalu dalam.")
TOO_MANY = Text("More than {max} values.", id="Lebih dari {max} nilai.")
DUPLICATE = Text(
    "This key already stands on line {line}.", id="Kunci ini sudah ada di baris {line}."
)
BAD_KEY = Text("A key must be plain text.", id="Kunci harus berupa teks biasa.")
BAD_TAG = Text("The tag {tag} is not allowed.", id="Tag {tag} tidak diperbolehkan.")
RECURSIVE = Text("This value contains itself.", id="Nilai ini memuat dirinya sendiri.")


_NO_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


class _Loader(yaml.SafeLoader):
    """SafeLoader without YAML 1.1's surprises (`no` as false, dates, octal and base-60 numbers)."""

    yaml_implicit_resolvers = _NO_RESOLVERS


_TAG = "tag:yaml.org,2002:"
_SHAPES = {
    "null": (re.compile(r"(?:null|~|)\Z"), ["n", "~", ""]),
    "bool": (re.compile(r"(?:true|false)\Z"), ["t", "f"]),
    "int": (re.compile(r"-?\d+\Z", re.ASCII), list("-0123456789")),
    "float": (
        re.compile(r"-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)\Z", re.ASCII),
        list("-0123456789"),
    ),
    "str": (re.compile(""), None),
}
for _kind in ("null", "bool", "int", "float"):
    _Loader.add_implicit_resolver(_TAG + _kind, *_SHAPES[_kind])


def parse_yaml(file: str, text: str) -> Document | list[Problem]:
    """The document in `text`, or every mistake that keeps it from being one."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return [Problem(file, line, "", SYNTAX.format(why=error.reason))]
    except yaml.MarkedYAMLError as error:
        why = error.problem or error.context or "?"
        return [Problem(file, _line_of(error, text), "", SYNTAX.format(why=why))]
    except RecursionError:
        return [Problem(file, 1, "", TOO_DEEP)]
    if root is None:
        return [Problem(file, 1, "", EMPTY)]
    builder = _Builder(file)
    value = builder.build(root, ())
    return builder.problems or Document(file, value, builder.lines)


def _line_of(error: yaml.MarkedYAMLError, text: str) -> int:
    mark = error.problem_mark or error.context_mark
    # What is missing at the end of the file is marked behind its last line.
    return min(mark.line + 1, len(text.splitlines())) if mark else 1


class _Builder:
    """Turns YAML nodes into plain values, noting lines and mistakes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {}
        self.open: set[int] = set()
        self.values = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of `node`."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.values += 1
        if self.values > MAX_VALUES:
            if self.values == MAX_VALUES + 1:
                self._report(node, path, TOO_MANY.format(max=MAX_VALUES))
            return None
        if id(node) in self.open:
            self._report(node, path, RECURSIVE)
            return None
        self.open.add(id(node))
        value = self._plain(node, path)
        self.open.remove(id(node))
        return value

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.build(item, (*path, n)) for n, item in enumerate(node.value)]
        shape, _ = _SHAPES.get(kind, (None, None))
        if isinstance(node, yaml.ScalarNode) and shape and shape.match(node.value):
            return _scalar(kind, node.value)
        self._report(node, path, BAD_TAG.format(tag=node.tag))
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(key_node, path, BAD_KEY)
                continue
            key = (*path, str(key_node.value))
            if key_node.value in plain:
                first = self.lines[key]
                self._report(key_node, key, DUPLICATE.format(line=first))
                continue
            self.lines[key] = key_node.start_mark.line + 1
            plain[key_node.value] = self.build(value_node, key)
        return plain

    def _report(self, node: yaml.Node, path: Path, message: Text) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, dotted(path), message))


def _scalar(kind: str, text: str) -> str | int | float | bool | None:
    if kind == "int":
        # int() refuses more than 4300 digits; such a "number" is text and fails validation.
        return int(text) if len(text) < 30 else text
    if kind == "float":
        return float(text)
    if kind == "bool":
        return text == "true"
    return None if kind == "null" else text
