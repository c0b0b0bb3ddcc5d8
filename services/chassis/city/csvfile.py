"""Read CSV with the line of every row: comma, UTF-8, the first row names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from services.chassis.city.document import Document
from services.chassis.city.problems import Path, Problem
from services.chassis.text import Text

MAX_ROWS = 20_000

SYNTAX = Text("This is not CSV: {why}.", id="Ini bukan CSV: {why}.")
EMPTY = Text("This file is empty.", id="Berkas ini kosong.")
TOO_MANY = Text("More than {max} rows.", id="Lebih dari {max} baris data.")
NO_COLUMN = Text("This column is missing.", id="Kolom ini tidak ada.")
UNKNOWN_COLUMN = Text("This column is not known.", id="Kolom ini tidak dikenal.")
TWICE = Text("This column stands twice.", id="Kolom ini muncul dua kali.")
WIDTH = Text(
    "{found} values where {expected} are expected.",
    id="Ada {found} nilai, seharusnya {expected}.",
)

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?\Z", re.ASCII)

Rows = list[tuple[int, list[str]]]


def parse_csv(
    file: str, text: str, columns: tuple[str, ...], numbers: frozenset[str] = frozenset()
) -> Document | list[Problem]:
    """The rows of `text` as a document whose value is a list of objects.

    columns: all must be there, in any order, and no others. numbers: those turned into numbers;
    what does not look like one stays text, for the schema to refuse.
    """
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        return [Problem(file, 1, "", SYNTAX.format(why=error))]
    if not rows:
        return [Problem(file, 1, "", EMPTY)]
    if len(rows) > MAX_ROWS + 1:
        return [Problem(file, 1, "", TOO_MANY.format(max=MAX_ROWS))]
    header_line, header = rows[0]
    problems = list(_header_problems(file, header_line, header, columns))
    if problems:
        return problems
    return _table(file, header, rows[1:], numbers)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first_line = 1
    for row in reader:
        if any(value.strip() for value in row):
            yield first_line, [value.strip() for value in row]
        first_line = reader.line_num + 1


def _header_problems(
    file: str, line: int, header: list[str], columns: tuple[str, ...]
) -> Iterator[Problem]:
    for name in columns:
        if name not in header:
            yield Problem(file, line, name, NO_COLUMN)
    for position, name in enumerate(header):
        if name not in columns:
            yield Problem(file, line, name, UNKNOWN_COLUMN)
        elif name in header[:position]:
            yield Problem(file, line, name, TWICE)


def _table(
    file: str, header: list[str], rows: Rows, numbers: frozenset[str]
) -> Document | list[Problem]:
    problems: list[Problem] = []
    table: list[dict[str, str | float]] = []
    lines: dict[Path, int] = {}
    for line, row in rows:
        if len(row) != len(header):
            message = WIDTH.format(found=len(row), expected=len(header))
            problems.append(Problem(file, line, "", message))
            continue
        lines[(len(table),)] = line
        named = zip(header, row, strict=True)
        table.append({name: _value(text, name in numbers) for name, text in named})
    return problems or Document(file, table, lines)


def _value(text: str, number: bool) -> str | float:
    return float(text) if number and _NUMBER.match(text) else text
