"""Encryption for recipients (the age format): whoever backs up cannot read what was backed up.

Everything streams: what is read here is never whole in memory, and never on the disk in the clear.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import pyrage
from pyrage import x25519

PUBLIC_MARK = "# public key: "


class Broken(Exception):
    """What was encrypted was changed or cut off, or is not for this key."""


class Readable(Protocol):
    """Anything to read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Writable(Protocol):
    """Anything to write to."""

    def write(self, data: bytes, /) -> Any:
        """Take all of it."""
        ...


@dataclass(frozen=True)
class Measure:
    """What went by. size: in bytes. sha256: in hexadecimal."""

    size: int
    sha256: str


class Measured:
    """Passes on what is read or written, and takes its measure."""

    def __init__(self, beneath: Any, seen: Callable[[int], None] = lambda count: None) -> None:
        self._beneath = beneath
        self._seen = seen
        self._digest = hashlib.sha256()
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data: bytes = self._beneath.read(size)
        self._count(data)
        return data

    def write(self, data: bytes) -> int:
        """Write on."""
        self._beneath.write(data)
        self._count(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def measure(self) -> Measure:
        """Of all that went by so far."""
        return Measure(self._size, self._digest.hexdigest())

    def _count(self, data: bytes) -> None:
        self._digest.update(data)
        self._size += len(data)
        self._seen(len(data))


class Nowhere:
    """Takes everything and keeps nothing."""

    def write(self, data: bytes) -> int:
        """Forget it."""
        return len(data)


def new_key() -> tuple[str, str]:
    """(private key file's content, public key)."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    return f"{PUBLIC_MARK}{public}\n{identity}\n", public


def recipients(keys: str) -> list[Any]:
    """The recipients of public keys separated by commas or spaces. Raises ValueError."""
    found = []
    for key in keys.replace(",", " ").split():
        try:
            found.append(x25519.Recipient.from_str(key))
        except pyrage.RecipientError:
            raise ValueError(f"{key!r} is not a public key (age1…)") from None
    if not found:
        raise ValueError("no public key is named; make a pair with: kota backup keygen FILE")
    return found


def identities(text: str) -> list[Any]:
    """The private keys in a key file's content. Raises ValueError."""
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        found = [x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        raise ValueError("this is not a private key (AGE-SECRET-KEY-1…)") from None
    if not found:
        raise ValueError("the file holds no private key")
    return found


def encrypt(plain: Readable, target: Path, keys: list[Any]) -> tuple[Measure, Measure]:
    """Encrypt all of `plain` into a new file that is safely on the disk afterwards.

    Returns the measures of (the plain content, the file).
    """
    source = Measured(plain)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        written = Measured(out)
        pyrage.encrypt_io(source, written, keys)
        out.flush()
        os.fsync(out.fileno())
    return source.measure(), written.measure()


def decrypt(file: Path, target: Writable, keys: list[Any]) -> tuple[Measure, Measure]:
    """Decrypt a file into `target`; returns the measures of (the plain content, the file).

    Raises Broken if it was changed, is cut off or not for these keys; `target` may then have got
    a part of it. What writing raises is raised.
    """
    plain = Measured(target)
    with file.open("rb") as encrypted:
        source = Measured(encrypted)
        try:
            pyrage.decrypt_io(source, plain, keys)
        except pyrage.DecryptError as problem:
            raise Broken(str(problem).splitlines()[0]) from None
        except OSError as problem:
            if problem.errno is not None:
                raise
            raise Broken("its content was changed or cut off") from None
    return plain.measure(), source.measure()


def read_from(write: Callable[[IO[bytes]], None], use: Callable[[IO[bytes]], Any]) -> Any:
    """Let `use` read what `write` writes, at the same time, without keeping it.

    Returns what `use` returns. Raises what `write` raised, else what `use` raises.
    """
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def produce() -> None:
        try:
            with os.fdopen(writing, "wb") as out:
                write(out)
        except BaseException as problem:  # it is raised again in the thread that waits
            failure.append(problem)

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source:
            result = use(source)
    finally:
        thread.join()
        if failure and not isinstance(failure[0], BrokenPipeError):
            raise failure[0]
    return result
