"""The commands behind the Makefile: `python -m infra.local up | servers | down | clean | logs`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import typer

from infra.local import leftovers
from infra.local.packages import CannotInstall
from infra.local.stack import NotStarted, Stack
from infra.local.state import GATEWAYS, MOST_GATEWAYS, ROOT, State

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
_STATE = Path(os.environ.get("KOTA_STATE", ROOT / ".local"))


@app.command()
def up() -> None:
    """Start everything that does not run yet; wait until it is ready."""
    stack = _run("ready", Stack.up)
    typer.echo(f"\n  Gateway   {stack.base_url}   (documents: /openapi.json /asyncapi.json)")
    typer.echo(f"  Logins    {_relative(stack.state.logins)}")
    typer.echo("  Next      make demo | make status | make logs | make down")


@app.command()
def servers() -> None:
    """Run PostgreSQL and RabbitMQ alone; services and gateway are stopped."""
    _run("only the servers run", Stack.only_servers)


@app.command()
def down() -> None:
    """Stop everything; data stays."""
    _stop()
    typer.echo("  stopped")


@app.command()
def restart() -> None:
    """Restart services and gateway one process after the other (after a change of code)."""
    _run("restarted", Stack.restart)


@app.command()
def clean() -> None:
    """Stop everything and forget all data, secrets and logins."""
    stack = _stop()
    if stack:
        stack.forget()
        typer.echo("  forgotten")


@app.command()
def logs(service: str = typer.Argument("", help="one process; default: all")) -> None:
    """Follow the logs."""
    wanted = (f"{service}.log", f"{service}-[0-9].log") if service else ("*.log",)
    files = sorted(file for one in wanted for file in (_STATE / "logs").glob(one))
    if not files:
        typer.echo("no such log; is the stack up?", err=True)
        raise typer.Exit(1)
    subprocess.run(["tail", "-n", "20", "-F", *map(str, files)], check=False)


def _run(done: str, work: Callable[[Stack], None]) -> Stack:
    """Do the work and say how it goes and how long it takes; exit 1 if the stack does not start."""
    started = time.monotonic()

    def say(words: str) -> None:
        typer.echo(f"  {time.monotonic() - started:5.1f} s  {words}")

    stack = _stack(lambda words: say(f"{words} …"))
    try:
        work(stack)
    except (NotStarted, CannotInstall) as problem:
        typer.echo(f"{problem}", err=True)
        raise typer.Exit(1) from None
    say(done)
    return stack


def _stop() -> Stack | None:
    """Stop everything, also what runs on after its state folder was removed."""
    if not _STATE.exists():
        leftovers.end(State(_STATE))
        return None
    stack = _stack(lambda words: typer.echo(f"  {words}"))
    stack.down()
    return stack


def _stack(progress: Callable[[str], None] = lambda words: None) -> Stack:
    port = _number("PORT", "port", 8080, 65535)
    gateways = _number("GATEWAY_PROCESSES", "gateways", GATEWAYS, MOST_GATEWAYS)
    return Stack(_STATE, port, gateways=gateways, progress=progress)


def _number(variable: str, file: str, default: int, highest: int) -> int:
    """The variable's number, or else the one that the stack was last started with."""
    kept = _STATE / file
    asked = os.environ.get(variable) or (kept.read_text() if kept.exists() else str(default))
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= highest):
        typer.echo(f"{variable} must be a number from 1 to {highest}, not {asked!r}", err=True)
        raise typer.Exit(2)
    return int(asked)


def _relative(path: Path) -> str:
    return os.path.relpath(path, Path.cwd())


if __name__ == "__main__":
    sys.exit(app())
