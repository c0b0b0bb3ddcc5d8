"""The commands behind the Makefile: `python -m infra.local up | down | clean | status | logs`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import typer

from infra.local import status as status_table
from infra.local.packages import CannotInstall
from infra.local.stack import NotStarted, Stack
from infra.local.state import ROOT

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
_STATE = Path(os.environ.get("KOTA_STATE", ROOT / ".local"))
_DEFAULT_PORT = 8080


@app.command()
def up() -> None:
    """Start everything that does not run yet; wait until it is ready."""
    started = time.monotonic()

    def say(words: str) -> None:
        typer.echo(f"  {time.monotonic() - started:5.1f} s  {words} …")

    stack = _stack(say)
    try:
        stack.up()
    except (NotStarted, CannotInstall) as problem:
        typer.echo(f"{problem}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"  {time.monotonic() - started:5.1f} s  ready")
    typer.echo(f"\n  Gateway   {stack.base_url}   (documents: /openapi.json /asyncapi.json)")
    typer.echo(f"  Logins    {_relative(stack.state.logins)}")
    typer.echo("  Next      make demo | make status | make logs | make down")


@app.command()
def down() -> None:
    """Stop everything; data stays."""
    if _STATE.exists():
        _stack().down()
    typer.echo("  stopped")


@app.command()
def restart() -> None:
    """Restart gateway and services (after a change of code)."""
    _stack().restart_services()
    typer.echo("  restarted")


@app.command()
def clean() -> None:
    """Stop everything and forget all data, secrets and logins."""
    if not _STATE.exists():
        return
    stack = _stack()
    stack.down()
    for folder in {stack.postgres.data.parent, stack.state.runtime, _STATE}:
        shutil.rmtree(folder, ignore_errors=True)
    typer.echo("  forgotten")


@app.command()
def status() -> None:
    """Processes with state, memory and readiness."""
    raise typer.Exit(status_table.show(_stack()) if _STATE.exists() else _not_up())


@app.command()
def logs(service: str = typer.Argument("", help="one process; default: all")) -> None:
    """Follow the logs."""
    files = sorted((_STATE / "logs").glob(f"{service or '*'}.log"))
    if not files:
        typer.echo("no such log; is the stack up?", err=True)
        raise typer.Exit(1)
    subprocess.run(["tail", "-n", "20", "-F", *map(str, files)], check=False)


def _stack(say: object = None) -> Stack:
    progress = say if callable(say) else lambda words: None
    return Stack(_STATE, _port(), progress=progress)


def _port() -> int:
    kept = _STATE / "port"
    asked = os.environ.get("PORT") or (kept.read_text() if kept.exists() else str(_DEFAULT_PORT))
    if not asked.isdigit() or not 1 <= int(asked) <= 65535:
        typer.echo(f"PORT must be a number from 1 to 65535, not {asked!r}", err=True)
        raise typer.Exit(2)
    return int(asked)


def _not_up() -> int:
    typer.echo("nothing runs; start with: make up")
    return 1


def _relative(path: Path) -> str:
    return os.path.relpath(path, Path.cwd())


if __name__ == "__main__":
    sys.exit(app())
