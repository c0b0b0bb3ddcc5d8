"""How commands speak: tables for people, JSON for machines, one meaning for each exit code.

0: done, and all is well. 1: something is not well, or could not be done. 2: the command was used
wrongly, or does not know where the deployment is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

AS_JSON = typer.Option(False, "--json", help="print JSON")
Rows = Sequence[Mapping[str, Any]]


def fail(words: str, code: int = 1) -> NoReturn:
    """Say what is wrong on stderr and end the command."""
    typer.echo(words, err=True)
    raise typer.Exit(code)


def print_json(data: Any) -> None:
    """Print data; times and ids as text."""
    typer.echo(json.dumps(data, default=str, indent=1, ensure_ascii=False))


def show(rows: Rows, columns: Mapping[str, str], *, as_json: bool, empty: str) -> None:
    """Print rows: all of them as JSON, or those columns (key and heading) as a table.

    empty: said to people when there are no rows.
    """
    if as_json:
        print_json(rows)
    elif rows:
        Console().print(table(rows, columns))
    else:
        typer.echo(empty)


def table(rows: Rows, columns: Mapping[str, str], title: str | None = None) -> Table:
    """A table of those columns; what is None stays empty."""
    made = Table(title=title, title_justify="left")
    for heading in columns.values():
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(_cell(row.get(key)) for key in columns))
    return made


def age(seconds: float | None) -> str:
    """A time for people, such as `3 h 5 min`; nothing for None."""
    if seconds is None:
        return ""
    days, rest = divmod(int(seconds), 86_400)
    parts = ((days, "d"), (rest // 3_600, "h"), (rest % 3_600 // 60, "min"), (rest % 60, "s"))
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or "0 s"


def size(count: float) -> str:
    """Bytes for people, such as `3.4 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1_000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1_000
    return f"{count:.1f} TB"


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on stderr while long work goes on; silent where nobody looks."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield bar


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return age(value.total_seconds())
    if isinstance(value, float):
        return f"{value:.0f}"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
