"""Whether a database has the form the code expects.

Each line of migrations has a file `HEAD` that names its newest one: two branches that both add a
migration conflict there, in git and not in production.
"""

from __future__ import annotations

from pathlib import Path

from services.chassis.database import Session

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


def missing(service: str, session: Session) -> list[str]:
    """The lines whose database is not at the head; [] when all is well."""
    wanted = {line: head(line) for line in ("chassis", service)}
    return [line for line, name in wanted.items() if name and name not in applied(line, session)]


def applied(line: str, session: Session) -> list[str]:
    """The newest migration that a database has; [] if it has none of that line."""
    known = f"SELECT to_regclass('chassis.{version_table(line)}') IS NOT NULL AS is_there"
    if not session.execute(known)[0]["is_there"]:
        return []
    rows = session.execute(f"SELECT version_num FROM chassis.{version_table(line)}")
    return [row["version_num"] for row in rows]
