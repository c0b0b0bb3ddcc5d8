"""`kota parked`: events that failed too often."""

from __future__ import annotations

import typer

from infra.kota.databases import in_each
from infra.kota.deployment import SERVICES
from infra.kota.output import AS_JSON, print_json, show
from services.chassis import parked

app = typer.Typer(help="Events that failed too often.", no_args_is_help=True)
_SERVICE = typer.Argument(None, help=f"one of {', '.join(SERVICES)}; default: all")
_COLUMNS = {
    "service": "service",
    "event_id": "event",
    "handler": "handler",
    "type": "type",
    "tries": "tries",
    "behind": "behind",
    "error": "error",
}


@app.command("list")
def list_(service: str = _SERVICE, as_json: bool = AS_JSON) -> None:
    """Show the parked events."""
    rows = in_each(service, parked.listed)
    show(rows, _COLUMNS, as_json=as_json, empty="nothing is parked")


@app.command("show")
def show_(event_id: str, service: str = _SERVICE) -> None:
    """Show one parked event with its envelope, as JSON."""
    rows = in_each(service, lambda session: parked.shown(session, event_id))
    print_json(rows)
    raise typer.Exit(0 if rows else 1)


@app.command()
def replay(
    event_id: str = typer.Argument(None, help="default: all parked events"),
    service: str = typer.Option(None, help="only in this service"),
) -> None:
    """Let parked events run again."""
    rows = in_each(service, lambda session: parked.replay(session, event_id))
    typer.echo(f"{len(rows)} event(s) run again")
    raise typer.Exit(0 if rows or event_id is None else 1)


@app.command()
def drop(
    event_id: str,
    reason: str = typer.Option(..., help="why; kept with the event"),
    service: str = typer.Option(None, help="only in this service"),
) -> None:
    """Give a parked event up; its lane goes on."""
    rows = in_each(service, lambda session: parked.drop(session, event_id, reason))
    typer.echo(f"{len(rows)} event(s) dropped")
    raise typer.Exit(0 if rows else 1)
