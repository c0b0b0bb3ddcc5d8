"""permits has a database of its own, with nothing in it yet but what every service has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.chassis import schema_version
from services.chassis.database import Database
from tests.integration.conftest import Urls


@pytest.fixture
def database(make_database: Callable[[str], Urls]) -> Iterator[Database]:
    """Migrated to the head."""
    database = Database(make_database("permits")[0], size=1)
    yield database
    database.close()


def test_it_is_at_its_head_and_empty(database: Database) -> None:
    with database.session() as session:
        assert schema_version.problem("permits", session) is None
        assert session.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []
