"""What a backup says of itself. A folder without a manifest is no backup."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.chassis.files.local import sync_folder

FORMAT = 1
_FILE = "manifest.json"
_UNFINISHED = ".unfinished-"


class Unusable(Exception):
    """The folder holds no backup that this version can read; the message says why."""


@dataclass(frozen=True)
class Part:
    """One encrypted file. plain_*: of its content. migrations: the heads of a database."""

    name: str
    file: str
    size: int
    sha256: str
    plain_size: int
    plain_sha256: str
    migrations: dict[str, str]


@dataclass(frozen=True)
class Manifest:
    """at: the moment the data are from. on_their_way: queues that were not empty then.

    versions: of what made it. recipients: the public keys that it is encrypted for.
    """

    id: str
    at: str
    finished_at: str
    versions: dict[str, str]
    recipients: list[str]
    on_their_way: list[str]
    parts: list[Part]
    format: int = FORMAT

    @property
    def moment(self) -> datetime:
        """The moment the data are from."""
        return datetime.fromisoformat(self.at)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)

    def part(self, name: str) -> Part | None:
        """The part of that name."""
        return next((part for part in self.parts if part.name == name), None)


def new_id(at: datetime) -> str:
    """A backup's name: its moment."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def begin(folder: Path, backup_id: str) -> Path:
    """A folder to write into; it becomes a backup only by `finish`."""
    unfinished = folder / f"{_UNFINISHED}{backup_id}"
    unfinished.mkdir(mode=0o700, parents=True)
    return unfinished


def finish(unfinished: Path, manifest: Manifest) -> Path:
    """Write the manifest and give the folder its name: now it is a backup."""
    with (unfinished / _FILE).open("w") as out:
        json.dump(asdict(manifest), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(unfinished)
    target = unfinished.with_name(manifest.id)
    unfinished.rename(target)
    sync_folder(target.parent)
    return target


def abandon(unfinished: Path) -> None:
    """Forget what was not finished."""
    shutil.rmtree(unfinished, ignore_errors=True)


def read(folder: Path) -> Manifest:
    """The manifest in a backup's folder. Raises Unusable."""
    try:
        raw: dict[str, Any] = json.loads((folder / _FILE).read_text())
        if raw["format"] != FORMAT:
            raise Unusable(f"{folder} has format {raw['format']}, this version reads {FORMAT}")
        return Manifest(**raw | {"parts": [Part(**part) for part in raw["parts"]]})
    except FileNotFoundError:
        raise Unusable(f"{folder} holds no finished backup") from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Unusable(f"the manifest in {folder} cannot be read: {problem}") from None


def all_in(folder: Path) -> list[Manifest]:
    """All finished backups in a folder, the oldest first. Raises Unusable for a broken one."""
    return sorted(map(read, _folders(folder)), key=lambda manifest: manifest.id)


def unfinished_in(folder: Path) -> list[Path]:
    """What backups left that did not end well, or are still at work."""
    return sorted(folder.glob(f"{_UNFINISHED}*"))


def forget_old(folder: Path, keep: int) -> list[str]:
    """Delete all finished backups but the newest `keep`; returns which."""
    old = [manifest.id for manifest in all_in(folder)[:-keep]]
    for name in old:
        # renamed first: half of a backup must not look like one
        gone = (folder / name).rename(folder / f"{_UNFINISHED}old-{name}")
        shutil.rmtree(gone)
    return old


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (one.parent for one in folder.glob(f"[!.]*/{_FILE}"))
