"""A backup, and a city that is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.local.stack import Stack
from tests.kota import Ran, kota


@dataclass
class Backups:
    """A folder with backups and the key that opens them. Raises AssertionError if kota fails."""

    stack: Stack
    folder: Path
    recipient: str = ""

    @property
    def key(self) -> Path:
        """The private key's file."""
        return self.folder / "key"

    def make(self) -> str:
        """One more; its id."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.key.exists():
            self.recipient = self._kota("backup", "keygen", str(self.key)).out.strip()
        return str(self._kota("backup", "--json").json["id"])

    def restore(self, backup: str) -> None:
        """Into the servers that run, with empty databases."""
        self._kota("restore", "-i", str(self.key), backup)

    def _kota(self, *arguments: str) -> Ran:
        where = {"BACKUP_FOLDER": str(self.folder / "all"), "BACKUP_RECIPIENTS": self.recipient}
        ran = kota(self.stack.state.folder, *arguments, **where)
        assert ran.code == 0, ran.out + ran.err
        return ran
