"""Integration tests use the servers of the one test stack, with databases of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from infra.local.stack import Stack
from infra.postgres.databases import create_database, restrict
from services.chassis.database import Database
from services.chassis.migrate import migrate
from tests.running import servers, stack

__all__ = ["servers", "stack"]

Urls = tuple[str, str]
APP_PASSWORD, OWNER_PASSWORD = token_hex(16), token_hex(16)


@dataclass
class Templates:
    """A migrated database of each line, made when it is first asked for and copied from then on.

    All copies of a line belong to the same two roles.
    """

    servers: Stack
    cursor: Any
    made: set[str] = field(default_factory=set)

    def copy(self, line: str) -> str:
        """The name of a fresh database; whoever takes it drops it."""
        template = f"template_{line}"
        if line not in self.made:
            self._make(template, line)
        name = f"test_{uuid4().hex[:12]}"
        owner = f"{template}_owner"
        # a copy of its files costs a third of writing it all into the log
        self.cursor.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{owner}" STRATEGY FILE_COPY'
        )
        restrict(self.cursor, name, f"{template}_app")
        return name

    def urls(self, line: str, name: str) -> Urls:
        """How the line's app role and its owner role reach a database."""
        url = self.servers.postgres.url
        return (
            url(f"template_{line}_app", APP_PASSWORD, name),
            url(f"template_{line}_owner", OWNER_PASSWORD, name),
        )

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still in it."""
        self.cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _make(self, template: str, line: str) -> None:
        # a run before may have left one of other migrations
        self.drop(template)
        create_database(
            self.servers.postgres.admin_url(), template,
            app_password=APP_PASSWORD, owner_password=OWNER_PASSWORD,
        )  # fmt: skip
        app, owner = self.urls(line, template)
        migrate(line, owner, app)
        self.made.add(line)


@pytest.fixture(scope="session")
def templates(servers: Stack) -> Iterator[Templates]:
    """What databases are copied from."""
    connection = psycopg2.connect(servers.postgres.admin_url())
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield Templates(servers, cursor)
    connection.close()


@pytest.fixture
def make_database(templates: Templates) -> Iterator[Callable[[str], Urls]]:
    """Makes a migrated database of `chassis` or a service; (app role's URL, owner's URL)."""
    made: list[str] = []

    def make(line: str) -> Urls:
        made.append(templates.copy(line))
        return templates.urls(line, made[-1])

    yield make
    for name in made:
        templates.drop(name)


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
