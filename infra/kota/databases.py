"""The services' databases, opened for the operator's commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.kota.deployment import SERVICES, Deployment
from services.chassis.database import Database, Row, Session


@contextmanager
def session(service: str, *, owner: bool = False, patient: bool = False) -> Iterator[Session]:
    """A session on a service's database, as its own role or as the owner.

    patient: statements may take longer than a service would wait. Raises DatabaseAway at the first
    use if the server is away.
    """
    here = Deployment()
    database = Database(here.owner_url(service) if owner else here.database_url(service), size=1)
    try:
        with database.session() as opened:
            if patient:
                opened.execute("SET statement_timeout = 0")
            yield opened
    finally:
        database.close()


def in_each(service: str | None, action: Callable[[Session], Iterable[Row]]) -> list[Row]:
    """The rows of one service, or of all, each with the service's name. Raises DatabaseAway."""
    found: list[dict[str, Any]] = []
    for name in [service] if service else SERVICES:
        with session(name) as opened:
            found.extend({"service": name, **row} for row in action(opened))
    return found
