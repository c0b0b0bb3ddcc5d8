"""Where each service's database is, for the operator's commands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

SERVICES = ("registry", "reports", "notify", "permits")


def database_url(service: str) -> str:
    """The URL of a service's database.

    From KOTA_DATABASE_URL_<SERVICE>, else from the native stack in `.local` (KOTA_STATE names
    another folder). Ends the command with an explanation if neither is there.
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"unknown service {service!r}; one of {', '.join(SERVICES)}")
    name = f"KOTA_DATABASE_URL_{service.upper()}"
    if name in os.environ:
        return os.environ[name]
    environment = _state() / "environment" / f"{service}.json"
    if not environment.is_file():
        typer.echo(f"set {name}, or start the native stack with `make up`", err=True)
        raise typer.Exit(2)
    return str(json.loads(environment.read_text())["DATABASE_URL"])


def _state() -> Path:
    return Path(os.environ.get("KOTA_STATE", ".local"))
