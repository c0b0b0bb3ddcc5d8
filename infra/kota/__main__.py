"""`kota`: the operator's command line (`python -m infra.kota`).

Only the module of the command that is asked for is imported, so a command works although another's
dependencies or settings are missing.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from services.chassis.errors import DomainError

COMMANDS = {
    "apikey": "infra.kota.apikey:app",
    "areas": "infra.kota.areas:app",
    "audit": "infra.kota.audit:app",
    "backup": "infra.kota.backup.command:app",
    "block": "infra.kota.block:app",
    "city": "infra.kota.city_load:app",
    "doctor": "infra.kota.doctor.command:doctor",
    "events": "infra.kota.events:app",
    "migrate": "infra.kota.migrate:migrate",
    "opendata": "infra.kota.open_data:app",
    "outbox": "infra.kota.outbox:app",
    "parked": "infra.kota.parked:app",
    "restore": "infra.kota.backup.restore:restore",
    "seed": "infra.kota.seed:seed",
    "settings": "infra.kota.settings:settings",
    "status": "infra.kota.status:status",
    "token": "infra.kota.token:token",
    "topology": "infra.kota.topology:declare",
    "users": "infra.kota.users:app",
}
"""Each command, and where its typer app (a group) or function (a single command) stands."""


def build(arguments: list[str]) -> typer.Typer:
    """The app with the command that `arguments` begin with; with all when they name none."""
    app = typer.Typer(
        name="kota", no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False
    )
    app.callback()(_kota)
    for name in [name for name in arguments[:1] if name in COMMANDS] or COMMANDS:
        _add(app, name)
    return app


def _add(app: typer.Typer, name: str) -> None:
    module, _, attribute = COMMANDS[name].partition(":")
    command = getattr(import_module(module), attribute)
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


def _kota() -> None:
    """Operate the platform. · Mengoperasikan platform."""


def main() -> None:
    """Run the command line."""
    try:
        build(sys.argv[1:])(prog_name="kota")
    except DomainError as problem:
        typer.echo(f"{problem.title} ({problem.code})", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
