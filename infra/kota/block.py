"""`kota block`: who may send nothing for a while, by reports' own rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from infra.kota.deployment import Deployment
from infra.kota.operator import done, explained
from infra.kota.output import AS_JSON, print_json, show
from services.chassis import fields
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import queries
from services.reports.abuse import blocks
from services.reports.abuse.contract import BlockSender, LiftBlock, ListBlocks
from services.reports.catalogue import Catalogue
from services.reports.commands import PREFIX

app = typer.Typer(help="Who may send nothing for a while.", no_args_is_help=True)


class Which(StrEnum):
    """By what a sender is known."""

    account = "account"
    device = "device"
    address = "address"
    network = "network"


Reason = Annotated[str, typer.Option(help="why; whoever is blocked reads it")]
_COLUMNS = {
    "id": "block",
    "which": "known by",
    "agency": "set for",
    "reason": "reason",
    "until": "until",
    "active": "holds",
    "lifted_because": "lifted because",
}


@app.command("list")
def list_(
    with_ended: Annotated[bool, typer.Option("--all", help="also those that have ended")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 100,
    as_json: bool = AS_JSON,
) -> None:
    """The blocks, newest first; by what senders are known nobody can read back."""
    asked: dict[str, Any] = {"limit": limit} | ({} if with_ended else {"active": True})
    found = _done(lambda work, city: blocks.list_blocks(work, fields.load(ListBlocks, asked), city))
    show(found["items"], _COLUMNS, as_json=as_json, empty="nobody is blocked")


@app.command()
def add(
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, help="for how many days")],
    report: Annotated[str | None, typer.Option(help="whoever sent it: number or id")] = None,
    version: Annotated[int, typer.Option(min=1, help="a comment's version on it")] = 1,
    which: Annotated[
        list[Which] | None, typer.Option(help="by what that sender is known from now on")
    ] = None,
    account: Annotated[str | None, typer.Option(help="a citizen's account")] = None,
    network: Annotated[str | None, typer.Option(help="such as 203.0.113.0/24")] = None,
    as_json: bool = AS_JSON,
) -> None:
    """Block whoever sent a report, an account or a network."""
    given = {"report": report, "account": account, "network": network, "reason": reason}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if which:
        asked["which"] = [kind.value for kind in which]
    secret = Deployment().upload_secret

    def command(work: UnitOfWork, city: Catalogue) -> dict[str, Any]:
        until = work.clock.now() + timedelta(days=days)
        wanted = _with_id(work, asked) | {"version": version, "until": until.isoformat()}
        return blocks.block_sender(work, fields.load(BlockSender, wanted), city, secret)

    _tell("holds", _done(command), as_json)


@app.command()
def lift(
    block: Annotated[str, typer.Argument(help="the block's id")],
    reason: Reason,
    as_json: bool = AS_JSON,
) -> None:
    """End a block before its time."""
    asked = {"id": block, "reason": reason}
    row = _done(lambda work, city: blocks.lift_block(work, fields.load(LiftBlock, asked), city))
    _tell("is lifted", row, as_json)


def _with_id(work: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """A report by its id, if it was named by its number."""
    named = asked.get("report", "").upper()
    if not named.startswith(f"{PREFIX}-"):
        return asked
    found = queries.by_number(work, named)
    if found is None:
        raise NotFound()
    return asked | {"report": found["id"]}


def _done(command: Callable[[UnitOfWork, Catalogue], Any]) -> Any:
    """What a command of reports answers."""
    city = Catalogue.load(Deployment().city_pack)
    with explained(missing="there is no such report or block; see: kota block list --all"):
        return done("reports", lambda work: command(work, city))


def _tell(what: str, row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        typer.echo(f"block {row['id']} {what}")
