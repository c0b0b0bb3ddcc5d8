"""`kota restore`: from a backup into databases, files and secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import typer

from infra.kota.audit import verdicts_of
from infra.kota.backup import restoring
from infra.kota.backup.command import (
    STDIO,
    Folder,
    Identity,
    SignedBy,
    Unsigned,
    check_origin,
    opened,
)
from infra.kota.backup.postgres import ToolFailed
from infra.kota.backup.restoring import Refused, Source
from infra.kota.broker import Unreachable
from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.output import age, fail, progress
from services.chassis import schema_version
from services.chassis.errors import DomainError


def restore(
    identity: Identity,
    backup_id: str = typer.Argument(None, help="default: the newest"),
    folder: Folder = None,
    service: list[str] = typer.Option(None, help="only this database; may be repeated"),
    replace: bool = typer.Option(False, "--replace", help="throw away what is there now"),
    confirm: str = typer.Option(
        None, help="with --replace: the backup's id, instead of a question"
    ),
    signed_by: SignedBy = None,
    unsigned: Unsigned = False,
) -> None:
    """Restore a backup: all of it into an empty deployment, or some databases.

    Everything is checked before anything is changed. Each database is filled in one transaction.
    """
    if replace and not confirm and str(identity) == STDIO:
        fail("where the key comes from stdin nobody can be asked; say which: --confirm ID", 2)
    source = opened(folder, backup_id, identity)
    check_origin(source, signed_by, unsigned=unsigned)
    services = _known(service)
    is_whole = not service
    names = restoring.all_parts() if is_whole else services
    try:
        with progress() as bar:
            task = bar.add_task("restore", total=None)
            told: Callable[[str], None] = lambda words: bar.update(task, description=words)  # noqa: E731
            restoring.check(source, names, told)
            restoring.check_target(services, source.manifest, replace=replace)
    except (Refused, DomainError) as problem:
        fail(f"nothing was changed: {_words(problem)}")
    if replace:
        _confirm(source, services, confirm)
    _restore(source, services, is_whole=is_whole)
    _report(source, services)


def _known(asked: list[str] | None) -> list[str]:
    for name in asked or ():
        if name not in SERVICES:
            raise typer.BadParameter(f"unknown service {name!r}; one of {', '.join(SERVICES)}")
    return [name for name in SERVICES if not asked or name in asked]


def _confirm(source: Source, services: list[str], given: str | None) -> None:
    backup_id = source.manifest.id
    words = f"This throws away what {', '.join(services)} have now. Type {backup_id} to go on"
    if (given or typer.prompt(words)) != backup_id:
        fail(f"nothing was changed: {backup_id} was not confirmed", 2)


def _restore(source: Source, services: list[str], *, is_whole: bool) -> None:
    done: list[str] = []
    try:
        with progress() as bar:
            task = bar.add_task("restore", total=None)
            for name in services:
                bar.update(task, description=f"the database of {name}")
                restoring.restore_database(source, name)
                done.append(name)
            if is_whole:
                bar.update(task, description="files and secrets")
                restoring.restore_files(source, lambda: None)
                restoring.restore_secrets(source)
                restoring.forget_events()
    except (Refused, ToolFailed, DomainError, Unreachable, OSError) as problem:
        ready = ", ".join(done) or "nothing"
        fail(f"restored so far: {ready}; run it again with --replace. Why: {_words(problem)}")


def _report(source: Source, services: list[str]) -> None:
    made = source.manifest
    lost = (datetime.now(UTC) - made.moment).total_seconds()
    typer.echo(f"restored {', '.join(services)} as of {made.at}, {age(lost)} ago")
    for what in made.on_their_way:
        typer.echo(f"events were on their way when it was made, and are lost: {what}")
    for name in services:
        with session(name, owner=True) as database:
            missing = schema_version.missing(name, database)
        if missing:
            typer.echo(f"{name}: migrations missing; run: kota migrate")
    if len(services) < len(SERVICES):
        for line in _of_one_alone(services):
            typer.echo(line)
    findings = 0
    for verdict in verdicts_of(list(SERVICES), Deployment().seal_keys):
        findings += len(verdict.findings)
        typer.echo(f"audit of {verdict.service}: {'; '.join(verdict.findings) or 'whole'}")
    raise typer.Exit(1 if findings else 0)


def _of_one_alone(services: list[str]) -> list[str]:
    """What is not as it would be if all had been restored."""
    names = ", ".join(services)
    return [
        f"{names} alone: the others keep what they know of the time since. Events that it had heard"
        " in that time do not come again; those in its queues do, once it runs",
        "seals that the others witnessed in that time are gone, and kota audit verify says so from"
        " now on. Keep these lines with your records",
    ]


def _words(problem: Exception) -> str:
    return str(problem.title) if isinstance(problem, DomainError) else str(problem)
