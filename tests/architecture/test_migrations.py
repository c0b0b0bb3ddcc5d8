"""An index on a table that is full is built beside those who write (`migrate.create_index`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.local.state import ROOT

MIGRATIONS = sorted(ROOT.glob("services/*/migrations/versions/[0-9]*.py"))
INDEX = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF NOT EXISTS\s+)?\w+\s+ON\s+(\S+)")
TABLE = re.compile(r"CREATE\s+TABLE\s+(?:IF NOT EXISTS\s+)?(\S+)")
# from before `create_index`; their tables were small then
EARLIER = {
    "notify/0005", "registry/0002", "registry/0003", "reports/0004", "reports/0006",
}  # fmt: skip


def name(migration: Path) -> str:
    return f"{migration.parts[-4]}/{migration.name[:4]}"


def keeps_writers_waiting(text: str) -> set[str]:
    """Tables that were there before and get an index by a statement that locks them."""
    return set(INDEX.findall(text)) - set(TABLE.findall(text))


@pytest.mark.parametrize("migration", MIGRATIONS, ids=name)
def test_writers_are_not_kept_waiting(migration: Path) -> None:
    if name(migration) not in EARLIER:
        assert not keeps_writers_waiting(migration.read_text())


def test_exactly_these_were_earlier() -> None:
    found = {name(one) for one in MIGRATIONS if keeps_writers_waiting(one.read_text())}
    assert found == EARLIER
