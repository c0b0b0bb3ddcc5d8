"""A row's outcome as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tests.benchmarks.compare import change, figure_of

_COLOURS = {"better": "green", "worse": "red", "same": "dim"}


def as_table(row: Mapping[str, Any], last: Mapping[str, Any] | None) -> Group:
    """Its figures beside their bars and the last run's, and its notes below."""
    table = Table("figure", "median", "from … to", "bar", "last run", box=None, pad_edge=False)
    for figure in row["figures"]:
        shown = f"{number(figure['value'])} {figure['unit']}"
        spread = f"{number(figure['low'])} … {number(figure['high'])}"
        table.add_row(figure["name"], shown, spread, _bar(figure), _change(figure, last))
    notes = [Text(note, style="dim") for note in row["notes"]]
    return Group(table, *notes, Text(f"{row['seconds']:.0f} s", style="dim"), Text())


def number(value: float) -> str:
    """With as many digits as one may believe."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _bar(figure: Mapping[str, Any]) -> Text:
    if figure["bar"] is None:
        return Text("")
    sign = "≥" if figure["better"] == "more" else "≤"
    verdict = "met" if figure["met"] else "MISSED"
    words = f"{sign} {number(figure['bar'])} {verdict}"
    return Text(words, style="green" if figure["met"] else "bold red")


def _change(figure: Mapping[str, Any], last: Mapping[str, Any] | None) -> Text:
    found = change(figure, figure_of(last, figure["name"]))
    if found is None:
        return Text("")
    words = f"{number(found.before)} ({found.ratio - 1:+.0%})"
    return Text(words, style=_COLOURS[found.verdict])
