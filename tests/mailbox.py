"""What the stack's mail sink was handed."""

from __future__ import annotations

import mailbox
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from infra.local.stack import Stack
from tests.waiting import eventually


class Mailbox:
    """Everybody's mail, in the order in which it was handed over."""

    def __init__(self, stack: Stack) -> None:
        self._folder = stack.state.mail

    def to(self, address: str) -> list[EmailMessage]:
        """The messages to one address."""
        return [message for message in self._all() if message["To"] == address]

    def wait(self, address: str, number: int = 1) -> list[EmailMessage]:
        """So many messages to an address, once they are there."""
        eventually(lambda: len(self.to(address)) >= number, what=f"mail to {address}")
        return self.to(address)

    def _all(self) -> list[EmailMessage]:
        if not self._folder.is_dir():
            return []
        files = [self._file(key) for key in mailbox.Maildir(str(self._folder)).keys()]  # noqa: SIM118
        ordered = sorted(files, key=lambda file: file.stat().st_mtime_ns)
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in ordered]

    def _file(self, key: str) -> Path:
        return next(self._folder / place / key for place in ("new", "cur")
                    if (self._folder / place / key).exists())  # fmt: skip


def plain(message: EmailMessage) -> str:
    """The plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def code_in(message: EmailMessage) -> str:
    """The one-time code."""
    return str(re.findall(r"^(\d{6})\r?$", plain(message), re.MULTILINE)[0])


def link_in(message: EmailMessage, purpose: str) -> str:
    """The path of a link."""
    return str(re.findall(rf"https?://[^/\s]+(/v1/mail/{purpose}\S+)", plain(message))[0])
