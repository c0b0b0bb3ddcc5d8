"""`kota token LOGIN`: an access token for one of the native stack's accounts, to try things out."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path

import typer


def token(login: str = typer.Argument(help="a login of logins.json, such as citizen-1")) -> None:
    """Log in with the password in the native stack's logins.json; print the access token."""
    state = Path(os.environ.get("KOTA_STATE", ".local"))
    try:
        logins = json.loads((state / "logins.json").read_text())
        port = (state / "port").read_text()
    except FileNotFoundError:
        typer.echo("start the native stack first: make up", err=True)
        raise typer.Exit(2) from None
    found = [entry for entry in logins if entry["login"] == login]
    if not found:
        known = ", ".join(entry["login"] for entry in logins)
        typer.echo(f"unknown login {login!r}; there are: {known}", err=True)
        raise typer.Exit(2)
    body = {"login": login, "password": found[0]["password"]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/auth/token",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        typer.echo(json.load(answer)["access_token"])
