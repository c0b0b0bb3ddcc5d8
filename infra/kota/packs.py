"""The city packs that were loaded, and which one is active.

A loaded pack is a copy that nobody edits. `active` is a link to one of them and is moved in one
step, so a process that starts reads one pack or the other, never a mixture.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Packs:
    """folder: where they are. Names begin with the time of loading, so their order is that."""

    folder: Path

    @property
    def active(self) -> str | None:
        """The active pack's name; None while the one of the checkout is used."""
        link = self.folder / "active"
        return link.readlink().name if link.is_symlink() else None

    def install(self, source: Path, at: datetime | None = None) -> str:
        """Copy a pack in; its name. The same content is kept once. It is not active yet."""
        digest = _digest(source)
        known = [name for name in self.names() if name.endswith(digest)]
        if known:
            return known[-1]
        name = f"{(at or datetime.now(UTC)).strftime('%Y%m%dT%H%M%SZ')}-{digest}"
        unfinished = self.folder / f"{_UNFINISHED}{name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(source, unfinished)
        unfinished.rename(self.folder / name)
        return name

    def activate(self, name: str) -> None:
        """Let processes that start from now on read this one. Raises KeyError."""
        if name not in self.names():
            raise KeyError(name)
        fresh = self.folder / f"{_UNFINISHED}link"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(name)
        fresh.replace(self.folder / "active")

    def before(self) -> str | None:
        """The pack that was loaded before the active one; None if there is none."""
        earlier = [name for name in self.names() if self.active and name < self.active]
        return earlier[-1] if earlier else None

    def names(self) -> list[str]:
        """All that were loaded, in that order."""
        if not self.folder.is_dir():
            return []
        return sorted(one.name for one in self.folder.glob("[0-9]*") if one.is_dir())

    def rows(self) -> list[dict[str, Any]]:
        """All that were loaded, as they are shown."""
        return [{"name": name, "active": name == self.active} for name in self.names()]


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        found.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:8]
