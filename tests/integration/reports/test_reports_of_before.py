"""What a migration makes of reports that were there already is what they would have made."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from random import Random
from typing import Any

import pytest
import sqlalchemy

from tests.integration.conftest import Urls
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_work_sums import act, check

_VERSIONS = "services.reports.migrations.versions"
_WORDS = "SELECT report_id, words::text FROM report_words ORDER BY report_id"


class Owner:
    """The database's owner, in the place of alembic's `op`."""

    def __init__(self, url: str) -> None:
        self._engine = sqlalchemy.create_engine(
            url.replace("postgresql:", "postgresql+psycopg2:"), isolation_level="AUTOCOMMIT"
        )
        self._connection = self._engine.connect()

    def execute(self, sql: str) -> None:
        self._connection.execute(sqlalchemy.text(sql))

    def get_bind(self) -> sqlalchemy.Connection:
        return self._connection

    def get_context(self) -> Owner:
        return self

    def autocommit_block(self) -> sqlalchemy.Connection:
        return self._engine.connect()

    def upgrade(self, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Run one migration on the database as it is now."""
        migration = import_module(f"{_VERSIONS}.{number}")
        monkeypatch.setattr(migration, "op", self)
        migration.upgrade()

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """A city to which a lot has happened."""
    random, reports = Random(7), list[str]()
    for _ in range(80):
        act(desk, random, reports)
    return desk


@pytest.fixture
def owner(urls: Urls) -> Iterator[Owner]:
    """Who migrates it."""
    owner = Owner(urls[1])
    yield owner
    owner.close()


def test_open_reports_are_counted(
    lived: Desk, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.execute("DELETE FROM report_work_sum")
    owner.upgrade("0030_work_of_before", monkeypatch)
    check(lived)


def test_places_and_weeks_get_among_the_words(
    lived: Desk, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[Any] = lived.caller.rows(_WORDS)
    assert len(before) > 10
    # as they were found until then: by what was said alone
    owner.execute("UPDATE report_words SET words = to_tsvector('simple', 'lubang')")
    owner.upgrade("0033_places_of_before", monkeypatch)
    assert lived.caller.rows(_WORDS) != before, "the weeks are not there yet"
    owner.upgrade("0037_weeks_of_before", monkeypatch)
    assert lived.caller.rows(_WORDS) == before
