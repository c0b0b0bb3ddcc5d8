"""The services: ready, nothing held up, nothing given up, everything sealed and sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.kota import looking
from infra.kota.deployment import Deployment
from infra.kota.doctor.finding import Finding, warning
from infra.kota.output import age


def look(here: Deployment) -> Iterator[Finding]:
    """What the services say of themselves, their databases, their queues, and the mail."""
    yield from _readiness(looking.readiness(here))
    for one in looking.services():
        if "problem" not in one:  # that is told already
            yield from _service(one)
    for queue in looking.queues(here):
        yield from _queue(queue)
    yield from broker_users(looking.broker_users(here))
    yield from _mail(here)


def broker_users(found: dict[str, Any]) -> Iterator[Finding]:
    """Whether one process could speak in another's name."""
    if found.get("mode") == "one":
        what = "all processes are one user at the broker: each could speak in another's name"
        yield warning("broker", what, "set RABBITMQ_MANAGEMENT_URL, then make restart")


def _readiness(found: dict[str, Any]) -> Iterator[Finding]:
    if not found:
        remedy = "natively: make up, then make logs; else look at its log"
        yield Finding("gateway", "the gateway does not answer", remedy)
    for name, said in found.get("services", {}).items():
        for check, outcome in said.get("checks", {}).items():
            if outcome != "ok":
                what = f"{name} is not ready: {check}: {outcome}"
                yield Finding(
                    "services", what, _REMEDIES.get(outcome, f"look at the log of {name}")
                )


_REMEDIES = {
    "not bound": "the broker is away, or its queue is not there: kota topology",
    "away": "start PostgreSQL or RabbitMQ again",
    "unknown_service": "it does not run: start it",
    "timeout": "it does not run, or has too much to do: look at its log",
}


def _service(one: dict[str, Any]) -> Iterator[Finding]:
    name = one["service"]
    if one["missing"]:
        what = f"the database of {name} lacks migrations: {', '.join(one['missing'])}"
        yield Finding("migrations", what, f"kota migrate {name}")
    if one["outbox_seconds"] > looking.OUTBOX_OLD_SECONDS:
        what = f"{one['outbox_events']} events of {name} wait, since {age(one['outbox_seconds'])}"
        yield Finding("outbox", what, f"why: kota outbox list {name}")
    if one["inbox_parked"]:
        what = f"{one['inbox_parked']} events are parked in {name}; others of their lanes wait"
        yield Finding("inbox", what, f"kota parked list {name}; then kota parked replay or drop")
    if one["unsealed_seconds"] > looking.UNSEALED_OLD_SECONDS:
        what = f"{one['unsealed_rows']} audit rows of {name} have no seal yet"
        yield Finding("audit", what, f"is {name} running? then look at its log for the sealer")


def _queue(one: dict[str, Any]) -> Iterator[Finding]:
    if one["well"] or one["name"] == "broker":
        return
    if "problem" in one:
        yield Finding("queues", f"the queue {one['name']} is not there", "kota topology")
    elif one["dead_letters"]:
        what = f"{one['messages']} unreadable messages in {one['name']}"
        remedy = "an event broke its schema: look at the log, then: rabbitmqctl purge_queue NAME"
        yield Finding("queues", what, remedy)
    else:
        what = f"nobody takes from {one['name']}, which holds {one['messages']} messages"
        yield Finding("queues", what, f"start {one['name'].partition('.')[0]}")


def _mail(here: Deployment) -> Iterator[Finding]:
    found = looking.mail()
    if "problem" not in found:
        if not found["well"]:
            what = f"{found['waiting']} letters wait, the oldest {age(found['waiting_seconds'])}"
            yield Finding("mail", what, "does the mail server answer? look at the log of notify")
        if found["failed"]:
            what = f"{found['failed']} letters could not be delivered within a day"
            yield warning("mail", what, "look at mail_attempt in the database of notify")
    if here.is_native and not here.setting("SMTP_URL"):
        what = "no mail server is configured; letters go to the local sink, to nobody"
        yield warning("mail", what, "SMTP_URL=smtps://user:password@host make restart")
