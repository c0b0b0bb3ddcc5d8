"""Files as a stream: the file store, and the secrets without which a database is worth little."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO

from infra.vault.vault import write
from services.chassis.errors import NotFound
from services.chassis.files import FileStore

FOLDERS = ("photos",)
MEDIA_TYPE = "image/jpeg"
# made anew by every machine for its own servers, and what its operator gave
_OF_THIS_MACHINE = ("database_", "postgres", "rabbitmq", "amqp", "grafana", "given_")
_WHERE_SECRETS_ARE = ("secrets", "keys")
_LOGINS = "logins.json"


def write_files(store: FileStore, out: IO[bytes], told: Callable[[], None]) -> int:
    """Write every file of the store as a tar stream; how many. Raises FilesAway."""
    count = 0
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for key in (key for folder in FOLDERS for key in store.keys(folder)):
            # what a crash left unfinished has no name of its own
            if not PurePosixPath(key).name.startswith(".") and _add(archive, store, key):
                count += 1
                told()
    return count


def read_files(store: FileStore, source: IO[bytes], told: Callable[[], None]) -> int:
    """Put every file of a tar stream into the store; how many. Raises FilesAway, TarError."""
    count = 0
    for name, content in _members(source):
        with NamedTemporaryFile() as fresh:
            fresh.write(content.read())
            fresh.flush()
            store.put(name, Path(fresh.name), MEDIA_TYPE)
        count += 1
        told()
    return count


def write_secrets(vault: Path, logins: Path, out: IO[bytes]) -> int:
    """Write a vault's secrets and keys, and the accounts' file, as a tar stream; how many."""
    kept = dict(sorted(_kept(vault))) | ({_LOGINS: logins} if logins.is_file() else {})
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for name, file in kept.items():
            archive.add(file, arcname=name, recursive=False)
    return len(kept)


def read_secrets(vault: Path, source: IO[bytes]) -> int:
    """Put secrets, keys and the accounts' file of a tar stream into a vault; how many."""
    count = 0
    for name, content in _members(source):
        path = PurePosixPath(name)
        if name != _LOGINS and not (path.parts[0] in _WHERE_SECRETS_ARE and len(path.parts) == 2):
            raise tarfile.TarError(f"not a secret: {name!r}")
        write(vault / name, content.read().decode())
        count += 1
    return count


def _kept(vault: Path) -> Iterator[tuple[str, Path]]:
    for folder in _WHERE_SECRETS_ARE:
        for file in (vault / folder).glob("[!.]*"):
            if file.is_file() and not file.name.startswith(_OF_THIS_MACHINE):
                yield f"{folder}/{file.name}", file


def _add(archive: tarfile.TarFile, store: FileStore, key: str) -> bool:
    try:
        stored = store.open(key)
    except NotFound:  # swept since it was listed: nothing refers to it
        return False
    try:
        info = tarfile.TarInfo(key)
        info.size = stored.size
        archive.addfile(info, _Chunks(stored.chunks))
    finally:
        stored.close()
    return True


class _Chunks(io.RawIOBase):
    """Reads from chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        """Exactly so many bytes, fewer only at the end."""
        while len(self._left) < size and (chunk := next(self._chunks, b"")):
            self._left += chunk
        found, self._left = self._left[:size], self._left[size:]
        return found


def _members(source: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for member in archive:
            parts = PurePosixPath(member.name).parts
            content = archive.extractfile(member) if member.isfile() else None
            if content is None or ".." in parts or member.name.startswith("/"):
                raise tarfile.TarError(f"not a file of ours: {member.name!r}")
            yield member.name, content
