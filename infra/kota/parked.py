"""`kota parked`: events that failed too often."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from infra.kota.databases import SERVICES, database_url
from services.chassis import parked
from services.chassis.database import Database, Row, Session

app = typer.Typer(help="Events that failed too often.", no_args_is_help=True)
_SERVICE = typer.Argument(None, help=f"one of {', '.join(SERVICES)}; default: all")
_AS_JSON = typer.Option(False, "--json", help="print JSON")


@app.command("list")
def list_(service: str = _SERVICE, as_json: bool = _AS_JSON) -> None:
    """Show the parked events."""
    rows = _in_each(service, parked.listed)
    if as_json:
        typer.echo(json.dumps(rows, default=str))
        return
    table = Table("service", "event", "handler", "type", "tries", "behind", "error")
    for row in rows:
        table.add_row(
            row["service"],
            row["event_id"],
            row["handler"],
            row["type"],
            str(row["tries"]),
            str(row["behind"]),
            row["error"] or "",
        )
    Console().print(table if rows else "nothing is parked")


@app.command()
def show(event_id: str, service: str = _SERVICE) -> None:
    """Show one parked event with its envelope, as JSON."""
    rows = _in_each(service, lambda session: parked.shown(session, event_id))
    typer.echo(json.dumps(rows, default=str, indent=2))
    raise typer.Exit(0 if rows else 1)


@app.command()
def replay(
    event_id: str = typer.Argument(None, help="default: all parked events"),
    service: str = typer.Option(None, help="only in this service"),
) -> None:
    """Let parked events run again."""
    rows = _in_each(service, lambda session: parked.replay(session, event_id))
    typer.echo(f"{len(rows)} event(s) run again")
    raise typer.Exit(0 if rows or event_id is None else 1)


@app.command()
def drop(
    event_id: str,
    reason: str = typer.Option(..., help="why; kept with the event"),
    service: str = typer.Option(None, help="only in this service"),
) -> None:
    """Give a parked event up; its lane goes on."""
    rows = _in_each(service, lambda session: parked.drop(session, event_id, reason))
    typer.echo(f"{len(rows)} event(s) dropped")
    raise typer.Exit(0 if rows else 1)


def _in_each(service: str | None, action: Callable[[Session], list[Row]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in [service] if service else SERVICES:
        database = Database(database_url(name), size=1)
        with database.session() as session:
            found.extend({"service": name, **row} for row in action(session))
        database.close()
    return found
