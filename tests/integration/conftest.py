"""Integration tests use the servers of the one test stack, with databases of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg2
import pytest

from infra.local.stack import Stack
from infra.postgres.databases import create_database
from services.chassis.database import Database
from services.chassis.migrate import migrate
from tests.running import stack

__all__ = ["stack"]

Urls = tuple[str, str]


@pytest.fixture
def make_database(stack: Stack) -> Iterator[Callable[[str], Urls]]:
    """Makes a migrated database of `chassis` or a service; (app role's URL, owner's URL)."""
    made: list[str] = []
    admin = stack.postgres.admin_url()

    def make(line: str) -> Urls:
        name = f"test_{uuid4().hex[:12]}"
        made.append(name)
        create_database(admin, name, app_password="a" * 32, owner_password="b" * 32)
        app = stack.postgres.url(f"{name}_app", "a" * 32, name)
        owner = stack.postgres.url(f"{name}_owner", "b" * 32, name)
        migrate(line, owner, app)
        return app, owner

    yield make
    connection = psycopg2.connect(admin)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in made:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            cursor.execute(f'DROP ROLE "{name}_app"')
            cursor.execute(f'DROP ROLE "{name}_owner"')
    connection.close()


@pytest.fixture
def urls(make_database: Callable[[str], Urls]) -> Urls:
    """A fresh database with the chassis' tables."""
    return make_database("chassis")


@pytest.fixture
def database(urls: Urls) -> Iterator[Database]:
    """A pool on it, as the service's role."""
    database = Database(urls[0], size=4)
    yield database
    database.close()
