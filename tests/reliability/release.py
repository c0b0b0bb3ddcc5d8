"""The next version of a service: its code as it is now, changed a little, in its own folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.readiness import ask
from infra.local.stack import Stack
from infra.local.state import ROOT
from services.chassis import schema_version
from tests.place import free_port
from tests.waiting import eventually

_MIGRATION = '''
from alembic import op
from services.chassis.migrate import require_code

revision = "{name}"
down_revision = "{before}"


def upgrade():
    op.execute("""{sql}""")
    {besides}
'''


class Release:
    """Version N and a half of one service; it begins as a copy of what stands in `services/`."""

    def __init__(self, stack: Stack, service: str, folder: Path) -> None:
        self._stack = stack
        self.service = service
        self.folder = folder
        shutil.copytree(ROOT / "services", folder / "services")
        shutil.copytree(ROOT / "infra" / "city", folder / "infra" / "city")

    def change(self, file: str, old: str, new: str) -> None:
        """Change its code."""
        path = self.folder / "services" / self.service / file
        code = path.read_text()
        assert old in code, f"{file} has no {old!r} any more"
        path.write_text(code.replace(old, new))

    def add_migration(self, sql: str, *, besides: str = "") -> str:
        """Give it one more migration; returns its name."""
        migrations = self.folder / "services" / self.service / "migrations"
        before = (migrations / "HEAD").read_text().strip()
        number = int(before.rpartition("_")[2]) + 1
        name = f"{self.service}_{number:04}"
        text = _MIGRATION.format(name=name, before=before, sql=sql, besides=besides or "pass")
        (migrations / "versions" / f"{number:04}_next.py").write_text(text)
        (migrations / "HEAD").write_text(name)
        return name

    def migrate(self) -> None:
        """Bring the stack's database to its form."""
        app, owner = self._stack.postgres.urls(self.service)
        self._run(
            "services.chassis.migrate", {"DATABASE_URL": app, "MIGRATION_DATABASE_URL": owner}
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """One process of it, ready; ends it as supervisord would."""
        port = free_port()
        command = [str(Path(sys.executable).parent / "nameko"), "run"]
        process = subprocess.Popen(
            [*command, f"services.{self.service}.service"],
            cwd=self.folder, env=self._environment({"ADMIN_PORT": str(port)}),
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}/readyz"
            eventually(lambda: ask(url).get("ready") is True, 60, "the next version's readiness")
            yield
        finally:
            process.terminate()
            process.wait(30)

    def _run(self, module: str, environment: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", module, self.service],
            cwd=self.folder, env=self._environment(environment), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def _environment(self, own: dict[str, str]) -> dict[str, str]:
        theirs = self._stack.environment(self.service)
        return os.environ | theirs | {"PYTHONPATH": str(self.folder)} | own


def present_head(service: str) -> str:
    """The newest migration of the code as it is."""
    found = schema_version.head(service)
    assert found is not None
    return found
