"""Whether a database has the form the code expects.

Each line of migrations has a file `HEAD` that names its newest one: two branches that both add a
migration conflict there, in git and not in production.
"""

from __future__ import annotations

from pathlib import Path

from services.chassis.database import Session

_OLDEST_CODE = "SELECT line, head FROM chassis.oldest_code"
_SERVICES = Path(__file__).resolve().parent.parent


def head(line: str) -> str | None:
    """The newest migration of `chassis` or of a service; None for one without tables of its own."""
    file = _SERVICES / line / "migrations" / "HEAD"
    return file.read_text().strip() if file.exists() else None


def known(line: str) -> list[str]:
    """The names of all migrations of a line that this code has."""
    files = (_SERVICES / line / "migrations" / "versions").glob("[0-9]*.py")
    return [f"{line}_{file.name.partition('_')[0]}" for file in sorted(files)]


def version_table(line: str) -> str:
    """Where a database records how far it is."""
    return f"version_{line}"


def problem(service: str, session: Session) -> str | None:
    """Why this code cannot work with the database; None if it can."""
    behind = missing(service, session)
    if behind:
        return f"migrations missing: {', '.join(behind)}"
    return outgrown(service, session)


def missing(service: str, session: Session) -> list[str]:
    """The lines in which the database is behind the code; [] when all is well.

    A newer database is well, so that versions N and N+1 of a service run side by side.
    """
    # names of one line sort by age
    return [
        line
        for line, name in _heads(service).items()
        if max(applied(line, session), default="") < name
    ]


def outgrown(service: str, session: Session) -> str | None:
    """Why this code must not touch the database any more: `migrate.require_code` said so."""
    if not _is_there("oldest_code", session):
        return None
    oldest = {row["line"]: row["head"] for row in session.execute(_OLDEST_CODE)}
    lines = [line for line, name in _heads(service).items() if name < oldest.get(line, "")]
    if not lines:
        return None
    return f"this version is older than the database allows: {', '.join(lines)}"


def applied(line: str, session: Session) -> list[str]:
    """The newest migration that a database has; [] if it has none of that line."""
    if not _is_there(version_table(line), session):
        return []
    rows = session.execute(f"SELECT version_num FROM chassis.{version_table(line)}")
    return [row["version_num"] for row in rows]


def _heads(service: str) -> dict[str, str]:
    return {line: name for line in ("chassis", service) if (name := head(line))}


def _is_there(table: str, session: Session) -> bool:
    sql = f"SELECT to_regclass('chassis.{table}') IS NOT NULL AS is_there"
    return bool(session.execute(sql)[0]["is_there"])
