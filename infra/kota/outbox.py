"""`kota outbox`: events that were not published yet, and why."""

from __future__ import annotations

from typing import Any

import typer

from infra.kota import looking
from infra.kota.broker import Broker, Unreachable
from infra.kota.contracts import all_contracts
from infra.kota.databases import in_each
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.output import AS_JSON, age, show
from services.chassis import overview

app = typer.Typer(help="Events that were not published yet.", invoke_without_command=True)
# the relay tries at once; a second is the longest a sweep takes
_NEW_SECONDS = 2.0


@app.callback()
def backlog(context: typer.Context, as_json: bool = AS_JSON) -> None:
    """How many events wait in each service, and for how long; exit 1 if one waits too long."""
    if context.invoked_subcommand is not None:
        return
    found = looking.services()
    columns = {"service": "service", "outbox_events": "events", "oldest": "the oldest waits"}
    rows = [
        {name: one.get(name) for name in ("service", "outbox_events", "outbox_seconds", "problem")}
        | {"oldest": one.get("problem") or age(one["outbox_seconds"] or None)}
        for one in found
    ]
    show(rows, columns, as_json=as_json, empty="")
    too_long = looking.OUTBOX_OLD_SECONDS
    late = any("problem" in one or one["outbox_seconds"] > too_long for one in found)
    raise typer.Exit(1 if late else 0)


@app.command("list")
def list_(
    service: str = typer.Argument(None, help=f"one of {', '.join(SERVICES)}; default: all"),
    as_json: bool = AS_JSON,
) -> None:
    """The aggregates whose events wait, the longest waiting first, and what holds them back.

    The events of one aggregate leave in order: the first one holds back the others.
    """
    reasons = _Reasons(Deployment())
    rows = [row | {"why": reasons.of(row)} for row in in_each(service, overview.backlog)]
    columns = {
        "service": "service",
        "subject": "aggregate",
        "events": "events",
        "type": "first event",
        "age": "waits",
        "why": "why",
    }
    shown = [row | {"age": age(row["age_seconds"])} for row in rows]
    show(shown, columns, as_json=as_json, empty="nothing waits")


class _Reasons:
    """Why an event is not published, as far as can be seen from outside."""

    def __init__(self, here: Deployment) -> None:
        subscriptions = [one for contract in all_contracts() for one in contract.subscriptions]
        self._queues = {
            event.type: [s.queue for s in subscriptions if event in s.events]
            for subscription in subscriptions
            for event in subscription.events
        }
        self._away: str | None = None
        self._absent: set[str] = set()
        try:
            looks = Broker(here.amqp_url).look([one.queue for one in subscriptions])
        except Unreachable as problem:
            self._away = str(problem)
        else:
            self._absent = {look.name for look in looks if look.messages is None}

    def of(self, row: dict[str, Any]) -> str:
        """The reason in words."""
        if self._away:
            return self._away
        absent = [name for name in self._queues.get(row["type"], ()) if name in self._absent]
        if absent:
            return f"returned: no queue {', '.join(absent)}; make it with: kota topology"
        if row["age_seconds"] < _NEW_SECONDS:
            return "just came"
        if row["mandatory"]:
            return "returned (is its queue bound? kota topology), or its service does not run"
        return "its service does not run, or does not reach the broker"
