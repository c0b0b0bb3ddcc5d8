"""An index is built while others write; what an interruption left behind is built anew."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from services.chassis import migrate as migrate_module
from services.chassis import schema_version
from services.chassis.migrate import migrate
from tests.integration.conftest import Urls
from tests.waiting import eventually

HEADER = """
from alembic import op
from services.chassis.migrate import create_index
revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None
def upgrade():
    {upgrade}
"""
FIRST = HEADER.format(
    revision="things_0001", before=None, upgrade='op.execute("CREATE TABLE thing (name text)")'
)
SECOND = HEADER.format(
    revision="things_0002", before="things_0001",
    upgrade='create_index("thing_name", "thing (name)")',
)  # fmt: skip
_BUILDING = "SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'thing_name'::regclass"


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service of which there is nothing but migrations; the folder of these."""
    chassis = Path("chassis", "migrations")
    shutil.copytree(migrate_module._SERVICES / chassis, tmp_path / chassis)
    folder = tmp_path / "things" / "migrations" / "versions"
    folder.mkdir(parents=True)
    add(folder, "0001", FIRST)
    for module in (migrate_module, schema_version):
        monkeypatch.setattr(module, "_SERVICES", tmp_path)
    return folder


def add(versions: Path, number: str, migration: str) -> None:
    (versions / f"{number}_thing.py").write_text(migration)
    (versions.parent / "HEAD").write_text(f"things_{number}")


def connect(url: str) -> Any:
    connection = psycopg2.connect(url, options="-c lock_timeout=2000")
    connection.autocommit = True
    return connection.cursor()


def asked(cursor: Any, sql: str) -> Any:
    cursor.execute(sql)
    return cursor.fetchone()


def test_others_write_meanwhile(urls: Urls, versions: Path) -> None:
    app, owner = urls
    migrate("things", owner, app)
    add(versions, "0002", SECOND)
    early, late = connect(app), connect(app)
    early.execute("BEGIN; INSERT INTO thing VALUES ('early')")
    with ThreadPoolExecutor() as pool:
        migrations = [pool.submit(migrate, "things", owner, app) for _ in range(2)]
        try:
            eventually(lambda: asked(late, _BUILDING), what="an index that waits for the early one")
            late.execute("INSERT INTO thing VALUES ('late')")
        finally:
            early.execute("COMMIT")
        for one in migrations:
            one.result()
    assert asked(late, _VALID) == (True,)


def test_what_was_left_behind_is_built_anew(urls: Urls, versions: Path) -> None:
    app, owner = urls
    migrate("things", owner, app)
    add(versions, "0002", SECOND)
    connect(owner).execute("CREATE INDEX thing_name ON thing (name) WHERE name = 'half'")
    migrate("things", owner, app)
    definition = "SELECT indexdef FROM pg_indexes WHERE indexname = 'thing_name'"
    assert "half" not in asked(connect(owner), definition)[0]
