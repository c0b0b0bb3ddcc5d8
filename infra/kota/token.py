"""`kota token LOGIN`: an access token for one of the deployment's accounts, to try things out."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import typer

from infra.kota.deployment import Deployment
from infra.kota.output import fail


def token(login: str = typer.Argument(help="a login of logins.json, such as citizen-1")) -> None:
    """Log in with the password in logins.json; print the access token."""
    here = Deployment()
    try:
        logins = json.loads(here.logins.read_text())
    except FileNotFoundError:
        fail("there is no logins.json; start the city first: make up", 2)
    found = [entry for entry in logins if entry["login"] == login]
    if not found:
        known = ", ".join(entry["login"] for entry in logins)
        fail(f"unknown login {login!r}; there are: {known}", 2)
    body = {"login": login, "password": found[0]["password"]}
    request = urllib.request.Request(
        f"{here.base_url}/v1/auth/token",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            typer.echo(json.load(answer)["access_token"])
    except urllib.error.HTTPError as refused:
        fail(f"{login} was not let in: {refused.code} {refused.reason}")
    except OSError as away:
        fail(f"the gateway does not answer at {here.base_url}: {away}")
