"""`kota users`: accounts, in registry's own database and by its own rules."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from infra.kota.databases import session
from infra.kota.deployment import Deployment
from infra.kota.operator import done, explained
from infra.kota.output import AS_JSON, fail, print_json, show
from services.chassis import fields
from services.chassis.city import load_city
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.registry import contract
from services.registry.identity import account_queries, administration, commands, passwords

app = typer.Typer(help="Accounts.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="the login")]
Role = Annotated[str, typer.Argument(help=f"one of {', '.join(contract.HOLDERS)}")]
Agency = Annotated[str | None, typer.Option(help="for the staff of an agency: its code")]
Generate = Annotated[
    bool, typer.Option("--generate", help="make a password and print it, this once")
]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="read it from stdin; else it is asked for"),
]
_COLUMNS = {
    "login": "login",
    "role": "role",
    "agency": "agency",
    "active": "may log in",
    "sessions": "sessions",
    "created_at": "since",
}


@app.command("list")
def list_(
    role: str = typer.Option(None, help="only this role"),
    agency: str = typer.Option(None, help="only this agency's staff"),
    after: str = typer.Option("", help="go on after this login"),
    limit: int = typer.Option(500, min=1, max=10_000),
    as_json: bool = AS_JSON,
) -> None:
    """The accounts, by login."""
    asked = {"role": role, "agency": agency, "after": after, "limit": limit}
    with session("registry") as opened:
        rows = account_queries.accounts(opened, asked)
    show(rows, _COLUMNS, as_json=as_json, empty="there are no such accounts")


@app.command()
def add(
    login: Login,
    role: Role,
    agency: Agency = None,
    generate: Generate = False,
    password_stdin: FromStdin = False,
    as_json: bool = AS_JSON,
) -> None:
    """Make an account."""
    agencies = _agencies()
    password = _password(generate, password_stdin)
    given = {"login": login, "password": password, "role": role}
    body = _checked(contract.NewAccount, given | ({"agency": agency} if agency else {}))
    stored = passwords.hash_password(body["password"])
    made = _done(lambda work: commands.create_account(work, body, stored, agencies), commits=True)
    _tell("made", made, password if generate else None, as_json)


@app.command()
def disable(login: Login, as_json: bool = AS_JSON) -> None:
    """Nobody can log in with it any more; sessions end, at the latest in 15 minutes."""
    _tell("disabled", _done(lambda work: administration.disable(work, login)), None, as_json)


@app.command()
def enable(login: Login, as_json: bool = AS_JSON) -> None:
    """One can log in with it again."""
    _tell("enabled", _done(lambda work: administration.enable(work, login)), None, as_json)


@app.command()
def password(
    login: Login,
    generate: Generate = False,
    password_stdin: FromStdin = False,
    as_json: bool = AS_JSON,
) -> None:
    """Replace the password; sessions end."""
    fresh = _checked(contract.NewPassword, {"password": _password(generate, password_stdin)})
    stored = passwords.hash_password(fresh["password"])
    changed = _done(lambda work: administration.set_password(work, login, stored))
    _tell("has a new password", changed, fresh["password"] if generate else None, as_json)


@app.command()
def role(login: Login, role: Role, agency: Agency = None, as_json: bool = AS_JSON) -> None:
    """Give it another role; sessions end, and the next login has the new role."""
    agencies = _agencies()
    if role not in contract.HOLDERS:
        fail(f"role: {role!r} is none of {', '.join(contract.HOLDERS)}", 2)
    changed = _done(lambda work: administration.set_role(work, login, role, agency, agencies))
    _tell("changed", changed, None, as_json)


def _done(command: Callable[[UnitOfWork], Row], *, commits: bool = False) -> Row:
    """The account, when a command of registry is done with it."""
    with _explained():
        return done("registry", command, commits=commits)


def _explained() -> AbstractContextManager[None]:
    return explained(missing="there is no account of this login")


def _checked(schema: type[fields.Schema], body: dict[str, Any]) -> dict[str, Any]:
    with _explained():
        return fields.load(schema, body)


def _agencies() -> Collection[str]:
    return load_city(Deployment().city_pack).agencies


def _password(generate: bool, from_stdin: bool) -> str:
    """From where the operator said; never from the command line, where others could read it."""
    if generate:
        return secrets.token_urlsafe(18)
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    found: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return found


def _tell(what: str, account: Row, secret: str | None, as_json: bool) -> None:
    shown = {name: account[name] for name in ("id", "login", "role", "agency")}
    if as_json:
        print_json(shown | ({"password": secret} if secret else {}))
        return
    typer.echo(f"{account['login']} ({account['role']}) {what}")
    if secret:
        typer.echo(secret)
