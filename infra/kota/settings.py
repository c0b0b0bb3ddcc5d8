"""`kota settings`: every setting of every process, from the code that reads it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, Field, dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from gateway.settings import Settings as GatewaySettings
from services.chassis.settings import ProcessSettings, form
from services.notify.settings import Settings as NotifySettings
from services.permits.settings import Settings as PermitsSettings
from services.registry.settings import Settings as RegistrySettings
from services.reports.settings import Settings as ReportsSettings

PROCESSES: dict[str, type[ProcessSettings]] = {
    "gateway": GatewaySettings,
    "registry": RegistrySettings,
    "reports": ReportsSettings,
    "notify": NotifySettings,
    "permits": PermitsSettings,
}
_GROUPS = {
    tuple(PROCESSES): "all",
    tuple(name for name in PROCESSES if name != "gateway"): "all services",
}


@dataclass(frozen=True)
class Described:
    """One variable. default: None if it is required; processes: who reads it so."""

    variable: str
    form: str
    default: str | None
    means: str
    processes: tuple[str, ...]

    @property
    def readers(self) -> str:
        """The processes in words."""
        return _GROUPS.get(self.processes, ", ".join(self.processes))


def settings(
    process: str | None = typer.Argument(None, help=f"one of {', '.join(PROCESSES)}; default: all"),
    as_json: bool = typer.Option(False, "--json", help="print JSON"),
    into: Path | None = typer.Option(None, help="write the table into this handbook instead"),
) -> None:
    """Show every setting: variable, form, default and meaning."""
    if into is not None:
        into.write_text(handbook(into))
        return
    if process is not None and process not in PROCESSES:
        raise typer.BadParameter(f"unknown process {process!r}; one of {', '.join(PROCESSES)}")
    found = [one for one in described() if process in (None, *one.processes)]
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(one) for one in found], indent=1))
        return
    Console().print(_table(found))


def _table(settings: Iterable[Described]) -> Table:
    table = Table(Column("variable", no_wrap=True), "read by", "form", "default", "meaning")
    for one in settings:
        cells = (one.variable, one.readers, one.form, _shown(one.default), one.means)
        table.add_row(*map(escape, cells))
    return table


def described() -> list[Described]:
    """All settings; those that processes read in the same way stand there once."""
    readers: dict[tuple[str, str, str | None, str], list[str]] = {}
    for process, settings_class in PROCESSES.items():
        for key in map(_key, dataclasses.fields(settings_class)):
            readers.setdefault(key, []).append(process)
    found = [Described(*key, processes=tuple(who)) for key, who in readers.items()]
    return sorted(found, key=lambda one: (-len(one.processes), one.processes, one.variable))


def as_markdown(settings: Iterable[Described]) -> str:
    """The table of the operator's handbook."""
    rows = [
        (f"`{one.variable}`", one.readers, one.form, _shown(one.default), one.means)
        for one in settings
    ]
    head = ("Variable", "Read by", "Form", "Default", "Meaning")
    return "\n".join(map(_row, [head, ["---"] * len(head), *rows])) + "\n"


def handbook(path: Path) -> str:
    """The handbook's text with the table as it is now, between its two marks."""
    before, begin, rest = path.read_text().partition("<!-- settings -->\n")
    _, end, after = rest.partition("<!-- /settings -->")
    if not begin or not end:
        raise ValueError(f"{path} has no place for the table of settings")
    return before + begin + as_markdown(described()) + end + after


def _key(declared: Field[Any]) -> tuple[str, str, str | None, str]:
    default = None if declared.default is MISSING else _written(declared.default)
    return declared.name.upper(), form(declared), default, declared.metadata["means"]


def _written(default: Any) -> str:
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def _shown(default: str | None) -> str:
    return "required" if default is None else default


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
