"""Files in a folder of this machine, or one that several machines mount."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from services.chassis.errors import NotFound
from services.chassis.files.store import CHUNK, FilesAway, StoredFile, checked

_UNFINISHED = ".unfinished-"


class LocalFiles:
    """folder: made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, source: Path, media_type: str) -> None:
        """Copy under another name first, so that nobody ever sees half a file."""
        target = self._folder / checked(key)
        with _telling():
            if target.exists():
                return
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (
                source.open("rb") as content,
                NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as out,
            ):
                fresh = Path(out.name)
                try:
                    shutil.copyfileobj(content, out)
                    out.flush()
                    os.fsync(out.fileno())
                    fresh.rename(target)
                except BaseException:
                    fresh.unlink()
                    raise
            sync_folder(target.parent)

    def open(self, key: str) -> StoredFile:
        """Read a file."""
        with _telling():
            try:
                content = (self._folder / checked(key)).open("rb")
            except (FileNotFoundError, IsADirectoryError):
                raise NotFound() from None
            size = os.fstat(content.fileno()).st_size
        return StoredFile(size, _chunks(content), content.close)

    def keys(self, folder: str) -> Iterator[str]:
        """All keys below `folder`, also what a crash left unfinished."""
        with _telling():
            for path in sorted((self._folder / checked(folder)).rglob("*")):
                if path.is_file():
                    yield str(path.relative_to(self._folder))

    def delete(self, keys: Iterable[str]) -> None:
        """Forget files, and folders that are empty then."""
        with _telling():
            for key in keys:
                path = self._folder / key
                if self._folder not in path.parents or ".." in path.parts:
                    raise ValueError(f"not a key: {key!r}")
                path.unlink(missing_ok=True)
                with suppress(OSError):
                    path.parent.rmdir()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FilesAway() from error


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk


def sync_folder(folder: Path) -> None:
    """Let a folder's names outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
