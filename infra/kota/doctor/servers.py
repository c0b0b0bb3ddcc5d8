"""PostgreSQL and RabbitMQ: do they answer, are they the right ones, what time is it there?"""

from __future__ import annotations

import time
from collections.abc import Iterator

from infra.kota.backup import postgres
from infra.kota.broker import Broker, Unreachable
from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.doctor.finding import Finding, warning
from infra.vault.identity import BACKUP_KEY
from infra.vault.vault import Vault
from services.chassis.errors import DomainError
from services.chassis.overview import clock, server_version

MOST_SKEW_SECONDS = 2.0
POSTGRES = range(15, 18)
LEAST_RABBITMQ = (3, 10)


def look(here: Deployment) -> Iterator[Finding]:
    """All databases and the broker."""
    newest = 0
    for service in SERVICES:
        try:
            with session(service) as opened:
                yield from _skew(service, clock(opened) - time.time())
                newest = max(newest, server_version(opened))
        except DomainError:
            remedy = "natively: make up; else look at that server and its address"
            yield Finding("databases", f"the database of {service} does not answer", remedy)
    if newest:
        yield from _postgres(newest)
        # in containers others make the backups
        if Vault(here.vault).secret(BACKUP_KEY).exists():
            yield from _client(newest)
    yield from _rabbitmq(here)


def _skew(service: str, seconds: float) -> Iterator[Finding]:
    if abs(seconds) > MOST_SKEW_SECONDS:
        what = f"the database of {service} is {seconds:+.0f} s from this machine's clock"
        yield Finding("clock", what, "let both follow a time server (NTP)")


def _postgres(version: int) -> Iterator[Finding]:
    if version not in POSTGRES:
        what = f"PostgreSQL {version} is not one of {POSTGRES.start} to {POSTGRES.stop - 1}"
        yield warning("versions", what, "use a supported version")


def _client(version: int) -> Iterator[Finding]:
    try:
        tool = int(postgres.version().split()[2].partition(".")[0])
    except postgres.ToolFailed as problem:
        yield warning("backup", str(problem), "without it there are no backups from here")
        return
    if tool < version:
        what = f"pg_dump {tool} cannot back up PostgreSQL {version}"
        yield Finding("backup", what, f"install postgresql-client-{version}")


def _rabbitmq(here: Deployment) -> Iterator[Finding]:
    try:
        version = Broker(here.amqp_url).version()
    except Unreachable as problem:
        remedy = "natively: make up; writes succeed meanwhile, and events wait in the outbox"
        yield Finding("broker", str(problem), remedy)
        return
    major, minor = (int(part) for part in version.split(".")[:2])
    if (major, minor) < LEAST_RABBITMQ:
        yield warning("versions", f"RabbitMQ {version} is too old", "use 3.10 or newer")
