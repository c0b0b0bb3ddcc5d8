"""`kota apikey`: keys of apps that send in reports by Open311, by registry's own rules."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer

from infra.kota.databases import session
from infra.kota.operator import done, explained
from infra.kota.output import AS_JSON, print_json, show
from services.chassis import fields
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.registry.api_key_contract import MOST_PER_MINUTE, NewApiKey
from services.registry.identity import api_key_repository, api_keys

app = typer.Typer(help="Keys of apps (Open311).", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(help="the key's id, such as jalan-kita.1")]
PerMinute = Annotated[
    int, typer.Option(min=1, max=MOST_PER_MINUTE, help="reports it may send in a minute")
]
_COLUMNS = {
    "id": "key",
    "contact": "contact",
    "purpose": "purpose",
    "per_minute": "a minute",
    "created_at": "since",
    "last_used_on": "last used",
    "revoked_at": "revoked",
}


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="the app, such as jalan-kita")],
    contact: Annotated[str, typer.Option(help="e-mail address of who answers for it")],
    purpose: Annotated[str, typer.Option(help="what it is for")],
    per_minute: PerMinute = 600,
    as_json: bool = AS_JSON,
) -> None:
    """Make a key and print it, this once."""
    given = {"name": name, "contact": contact, "purpose": purpose, "per_minute": per_minute}
    with _explained():
        body = fields.load(NewApiKey, given)
    row, key = _done(lambda work: api_keys.create(work, body))
    if as_json:
        print_json(row | {"key": key})
        return
    typer.echo(f"{row['id']} made; keep its key, it is not shown again:")
    typer.echo(key)


@app.command("list")
def list_(
    with_revoked: Annotated[bool, typer.Option("--all", help="revoked ones too")] = False,
    as_json: bool = AS_JSON,
) -> None:
    """The keys that work; never the keys themselves, which nobody has."""
    with session("registry") as opened:
        rows = api_key_repository.all_keys(opened, with_revoked=with_revoked)
    show(rows, _COLUMNS, as_json=as_json, empty="there are no keys")


@app.command()
def revoke(key: KeyId, as_json: bool = AS_JSON) -> None:
    """It works no more, everywhere within five seconds. What it sent stays."""
    _tell("revoked", _done(lambda work: api_keys.revoke(work, key)), as_json)


@app.command()
def limit(
    key: KeyId,
    per_minute: Annotated[int, typer.Argument(min=1, max=MOST_PER_MINUTE)],
    as_json: bool = AS_JSON,
) -> None:
    """How many reports it may send in a minute."""
    row = _done(lambda work: api_keys.set_limit(work, key, per_minute))
    _tell(f"may send {per_minute} a minute", row, as_json)


def _done(command: Callable[[UnitOfWork], Any]) -> Any:
    """What a command of registry answers."""
    with _explained():
        return done("registry", command)


def _explained() -> AbstractContextManager[None]:
    return explained(
        missing="there is no key of this id; see: kota apikey list --all",
        conflict="somebody made a key for this app at the same moment; try again",
    )


def _tell(what: str, row: Row, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        typer.echo(f"{row['id']} {what}")
