"""`kota migrate`: bring databases to the form this code expects."""

from __future__ import annotations

from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.output import AS_JSON, fail, progress, show
from services.chassis import migrate as migrations
from services.chassis import schema_version
from services.chassis.errors import DomainError


def migrate(
    services: list[str] = typer.Argument(None, help="default: all"),
    check: bool = typer.Option(False, "--check", help="change nothing; exit 1 if one is missing"),
    as_json: bool = AS_JSON,
) -> None:
    """Run the migrations that a database does not have yet; safe to repeat."""
    here = Deployment()
    names = services or list(SERVICES)
    urls = {name: (here.owner_url(name), here.database_url(name)) for name in names}
    rows = [row for name in names for row in _pending(name)]
    if not check:
        _run(urls, rows)
    columns = {"service": "service", "line": "line", "from": "from", "to": "to"}
    empty = "all databases are as this code expects them"
    show(rows, columns, as_json=as_json, empty=empty)
    raise typer.Exit(1 if check and rows else 0)


def _pending(service: str) -> list[dict[str, Any]]:
    """What is missing, one row per line of migrations."""
    try:
        with session(service, owner=True) as opened:
            return [
                {
                    "service": service,
                    "line": line,
                    "from": next(iter(schema_version.applied(line, opened)), None),
                    "to": schema_version.head(line),
                }
                for line in schema_version.missing(service, opened)
            ]
    except DomainError as problem:
        fail(f"{service}: the database does not answer ({problem.code})")


def _run(urls: dict[str, tuple[str, str]], rows: list[dict[str, Any]]) -> None:
    pending = {row["service"] for row in rows}
    with progress() as bar:
        for name in bar.track([name for name in urls if name in pending], description="migrate"):
            try:
                migrations.migrate(name, *urls[name])
            except SQLAlchemyError as problem:
                words = str(getattr(problem, "orig", None) or problem).strip()
                fail(f"{name}: not migrated, its database is as it was: {words}")
