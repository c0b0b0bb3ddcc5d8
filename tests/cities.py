"""What end-to-end tests know of a running city, whichever way it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local.stack import Stack
from tests.client import Client, log_in


@dataclass(frozen=True)
class City:
    """A running city.

    base_url: where people reach it. folder: what `KOTA_STATE` names. mail: makes the Maildir with
    what its mail sink was handed up to now.
    """

    base_url: str
    folder: Path
    mail: Callable[[], Path]

    @property
    def logins(self) -> Path:
        """The accounts that were made with it."""
        return self.folder / "logins.json"

    @property
    def guest(self) -> Client:
        """Nobody."""
        return Client(self.base_url)

    def log_in(self, login: str) -> Client:
        """Somebody who has an account."""
        return log_in(self.base_url, self.logins, login)

    def password(self, login: str) -> str:
        """The password of an account."""
        entries = json.loads(self.logins.read_text())
        return str(next(entry["password"] for entry in entries if entry["login"] == login))


def native(stack: Stack) -> City:
    """A city of processes on this machine."""
    return City(stack.base_url, stack.state.folder, lambda: stack.state.mail)
