"""`kota events tail`: what passes by on the bus."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import typer

from infra.kota.broker import Broker, Unreachable
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.output import fail
from services.chassis.chassis_contract import SEAL_MADE
from services.chassis.contract import NAMESPACE, event_exchange

app = typer.Typer(help="Events on the bus.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Events on the bus."""


@app.command()
def tail(
    service: str = typer.Option(None, help="only those of one service"),
    kind: str = typer.Option(None, "--type", help="only this type, such as report.submitted"),
    subject: str = typer.Option(None, help="only this aggregate's"),
    count: int = typer.Option(0, min=0, help="end after so many; 0: go on until Ctrl-C"),
    seals: bool = typer.Option(False, "--seals", help="also the audit's seals"),
    as_json: bool = typer.Option(False, "--json", help="print each envelope as a line of JSON"),
) -> None:
    """Print events as they are published; ids and codes only, since events carry nothing else.

    Reads through a queue of its own that ends with the command; nobody misses an event by it.
    """
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(f"unknown service {service!r}; one of {', '.join(SERVICES)}")
    exchanges = [event_exchange(name) for name in ([service] if service else SERVICES)]
    exchanges += [SEAL_MADE.exchange] if seals else []
    taken = 0

    def take(body: str) -> bool:
        nonlocal taken
        event = json.loads(body)
        if _fits(event, kind, subject):
            taken += 1
            typer.echo(body if as_json else _line(event))
        return not count or taken < count

    try:
        with suppress(KeyboardInterrupt):
            broker = Broker(Deployment().amqp_url)
            broker.tail(exchanges, "#", take, lambda: typer.echo("listening …", err=True))
    except Unreachable as problem:
        fail(str(problem))


def _fits(event: dict[str, Any], kind: str | None, subject: str | None) -> bool:
    names = (event["type"], _short(event["type"]), _short(event["type"]).partition(".v")[0])
    is_kind = kind is None or kind in names or kind in [name.partition(".")[2] for name in names]
    return is_kind and subject in (None, event["subject"])


def _short(event_type: str) -> str:
    return event_type.removeprefix(f"{NAMESPACE}.")


def _line(event: dict[str, Any]) -> str:
    kind, version = _short(event["type"]), event["aggregateversion"]
    return f"{event['time']}  {kind}  {event['subject']} v{version}  {json.dumps(event['data'])}"
