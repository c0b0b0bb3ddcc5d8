"""What a backup says of itself. A folder without a manifest is no backup."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.kota.backup import signing
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


def finish(unfinished: Path, manifest: Manifest, sign: Callable[[bytes], str]) -> Path:
    """Write the manifest, sign it, and give the folder its name: now it is a backup."""
    content = json.dumps(asdict(manifest), indent=1)
    _write(unfinished / _FILE, content)
    _write(unfinished / signing.FILE, sign(content.encode()))
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
        return _parsed((folder / _FILE).read_bytes())
    except FileNotFoundError:
        raise Unusable(f"{folder} holds no finished backup") from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Unusable(f"the manifest in {folder} cannot be read: {problem}") from None


def _parsed(content: bytes) -> Manifest:
    raw: dict[str, Any] = json.loads(content)
    if raw["format"] != FORMAT:
        raise ValueError(f"it has format {raw['format']}, this version reads {FORMAT}")
    return Manifest(**raw | {"parts": [Part(**part) for part in raw["parts"]]})


def check_origin(folder: Path, manifest: Manifest, trusted: Collection[str]) -> None:
    """Whether a trusted key signed what was read, for this folder's name. Raises NotTrusted."""
    content, signature = (folder / _FILE).read_bytes(), folder / signing.FILE
    signing.check(content, signature.read_bytes() if signature.is_file() else None, trusted)
    if _parsed(content) != manifest:
        raise signing.NotTrusted("its manifest is being changed")
    if manifest.id != folder.name:
        raise signing.NotTrusted(f"it is the backup {manifest.id} under another name")


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


def _write(file: Path, content: str) -> None:
    with file.open("w") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (one.parent for one in folder.glob(f"[!.]*/{_FILE}"))
