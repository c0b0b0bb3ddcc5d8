"""`kota audit`: has anybody changed, removed or cut off the trace?"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from infra.kota.databases import SERVICES, database_url
from services.chassis import audit_verify, seals
from services.chassis.audit_verify import Verdict
from services.chassis.database import Database, Session

app = typer.Typer(help="The audit trace of each service.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The audit trace of each service."""


@app.command()
def verify(
    services: list[str] = typer.Argument(None, help="default: all"),
    as_json: bool = typer.Option(False, "--json", help="print JSON"),
    keys: Path = typer.Option(None, help="public seal keys; default: those of the native stack"),
) -> None:
    """Recompute every seal; exit 1 if anything was edited, deleted or cut off."""
    state = Path(os.environ.get("KOTA_STATE", ".local"))
    public = seals.PublicKeys(keys or state / "keys" / "audit_jwks.json")
    with ExitStack() as stack:
        sessions = {name: _session(stack, name) for name in SERVICES}
        verdicts = [
            audit_verify.verify(
                name, sessions[name], public, [s for n, s in sessions.items() if n != name]
            )
            for name in services or SERVICES
        ]
    _print(verdicts, as_json)
    raise typer.Exit(1 if any(verdict.findings for verdict in verdicts) else 0)


def _session(stack: ExitStack, service: str) -> Session:
    database = Database(database_url(service), size=1)
    stack.callback(database.close)
    return stack.enter_context(database.session())


def _print(verdicts: list[Verdict], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(verdict) for verdict in verdicts], indent=1))
        return
    table = Table("service", "seals", "rows", "not sealed yet", "verdict")
    for v in verdicts:
        waiting = f"{v.unsealed_rows} rows, {v.unsealed_seconds:.0f} s" if v.unsealed_rows else "-"
        words = "\n".join(v.findings) or "whole"
        table.add_row(v.service, str(v.seals), str(v.rows), waiting, words)
    Console().print(table)
