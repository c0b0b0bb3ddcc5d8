"""What a city's mail sink was handed."""

from __future__ import annotations

import re
from collections import Counter
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from tests.cities import City
from tests.waiting import eventually


class Mailbox:
    """Everybody's mail, in the order in which it was handed over."""

    def __init__(self, city: City) -> None:
        self._mail = city.mail

    def to(self, address: str) -> list[EmailMessage]:
        """The messages to one address."""
        return [message for message in self._all() if message["To"] == address]

    def wait(self, address: str, number: int = 1) -> list[EmailMessage]:
        """So many messages to an address, once they are there."""
        eventually(lambda: len(self.to(address)) >= number, what=f"mail to {address}")
        return self.to(address)

    def copies(self) -> Counter[str]:
        """How often the sink was handed each message, by what stands before the @ of its id."""
        ids = [str(message["Message-ID"]) for message in self._all()]
        return Counter(id.strip("<>").partition("@")[0] for id in ids)

    def _all(self) -> list[EmailMessage]:
        files = (self._mail() / "new").glob("*")
        return [_parsed(file) for file in sorted(files, key=_handed_over)]


@cache
def _parsed(file: Path) -> EmailMessage:
    """Read once: a test asks again and again, of a mailbox that many tests fill."""
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    return message


def _handed_over(file: Path) -> tuple[int, int]:
    """Second and microsecond, which a Maildir's names begin with; a copy's own time is coarser."""
    found = re.match(r"(\d+)\.M(\d+)", file.name)
    assert found is not None, file
    return int(found[1]), int(found[2])


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
