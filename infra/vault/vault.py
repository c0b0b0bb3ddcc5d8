"""A folder that holds everything secret; each thing is random and made once."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Vault:
    """The secrets, the public keys and the accounts below one folder."""

    folder: Path

    @property
    def logins(self) -> Path:
        """The accounts that were made with the stack."""
        return self.folder / "logins.json"

    def secret(self, name: str) -> Path:
        """The file of a secret."""
        return self.folder / "secrets" / name

    def key(self, name: str) -> Path:
        """The file of a public key set."""
        return self.folder / "keys" / name

    def password(self, name: str) -> str:
        """A random secret of 256 bits, made once."""
        return self.once(name, lambda: secrets.token_hex(32))

    def once(self, name: str, make: Callable[[], str]) -> str:
        """The content of a secret file, made by `make` the first time."""
        file = self.secret(name)
        if not file.exists():
            write(file, make())
        return file.read_text().strip()


def write(file: Path, content: str | dict[str, Any]) -> None:
    """Write a file that only we can read, all of it or nothing."""
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    fresh.replace(file)
