"""What every file store can do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.chassis.errors import Unavailable

CHUNK = 65_536
_KEY = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")


class FilesAway(Unavailable):
    """The file store does not answer."""

    code = "files_away"


@dataclass(frozen=True)
class StoredFile:
    """An open file. size: in bytes. chunks: its content, to be read once."""

    size: int
    chunks: Iterator[bytes]
    close: Callable[[], None]


class FileStore(Protocol):
    """Keeps files under keys such as `photos/2026112413/9f86….jpg`."""

    def put(self, key: str, source: Path, media_type: str) -> None:
        """Keep a copy of `source`; all of it or nothing. Raises FilesAway."""
        ...

    def open(self, key: str) -> StoredFile:
        """Read a file. Raises NotFound, FilesAway."""
        ...

    def keys(self, folder: str) -> Iterator[str]:
        """All keys below `folder`. Raises FilesAway."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Forget files; one that is not there is no error. Raises FilesAway."""
        ...


def checked(key: str) -> str:
    """The key itself. Raises ValueError for one that could lead outside: ours never do."""
    if len(key) > 200 or not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
