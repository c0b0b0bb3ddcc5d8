"""What stands in an e-mail: plain text and HTML, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import jinja2

from services.chassis.text import Language, Text

WHY = Text(
    "You get this message because of a report or an account with {city}.",
    id="Anda menerima pesan ini karena laporan atau akun Anda di {city}.",
)
OPEN = Text("Open the report", id="Buka laporan")
CODE = Text("Your code:", id="Kode Anda:")
CONFIRM = Text(
    "Confirm your address, so that we may write again:",
    id="Konfirmasikan alamat Anda agar kami dapat mengirim kabar berikutnya:",
)
UNSUBSCRIBE = Text("No more e-mail like this:", id="Berhenti menerima surel seperti ini:")


class _Headers(HeaderRegistry):
    """Python's own makes a new class for every header of every message."""

    def __init__(self) -> None:
        super().__init__()
        self._classes: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._classes:
            self._classes[name] = super().__getitem__(name)
        return self._classes[name]


_POLICY = SMTP.clone(header_factory=_Headers())
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True)
class Letter:
    """One message to one person.

    id: stays the same however often it is sent. text: paragraphs separated by blank lines. code: a
    one-time or tracking code. link, confirm, unsubscribe: addresses of pages. asks: what stands
    before `confirm`. why: why it is sent; {city} is the sender's name.
    """

    id: str
    to: str
    language: Language
    title: str
    text: str
    code: str | None = None
    link: str | None = None
    confirm: str | None = None
    unsubscribe: str | None = None
    asks: Text = CONFIRM
    why: Text = WHY


@dataclass(frozen=True)
class Sender:
    """From whom letters come. name: the city's."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        """Behind the @."""
        return self.address.rpartition("@")[2]


def compose(letter: Letter, sender: Sender, at: datetime) -> EmailMessage:
    """The message for the mail server. Raises ValueError for line breaks in headers."""
    message = EmailMessage(policy=_POLICY)
    local, _, domain = sender.address.rpartition("@")
    message["From"] = Address(_line(sender.name), local, domain)
    message["To"] = _line(letter.to)
    message["Subject"] = _line(letter.title)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe is not None:
        # RFC 8058: one click, without asking back
        message["List-Unsubscribe"] = f"<{_page(letter.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_plain(letter, sender), cte="quoted-printable")
    message.add_alternative(_html(letter, sender), subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def _plain(letter: Letter, sender: Sender) -> str:
    parts = [letter.text]
    for words, shown in _offers(letter):
        parts.append(f"{words.in_language(letter.language)}\n{shown}")
    parts.append("-- \n" + letter.why.format(city=sender.name).in_language(letter.language))
    if letter.unsubscribe is not None:
        parts.append(f"{UNSUBSCRIBE.in_language(letter.language)}\n{letter.unsubscribe}")
    return "\n\n".join(parts) + "\n"


def _offers(letter: Letter) -> list[tuple[Text, str]]:
    found = [(CODE, letter.code), (OPEN, letter.link), (letter.asks, letter.confirm)]
    return [(words, shown) for words, shown in found if shown is not None]


def _html(letter: Letter, sender: Sender) -> str:
    words = {"open": OPEN, "code": CODE, "confirm": letter.asks, "unsubscribe": UNSUBSCRIBE}
    said = {name: text.in_language(letter.language) for name, text in words.items()}
    said["why"] = letter.why.format(city=sender.name).in_language(letter.language)
    for address in (letter.link, letter.confirm, letter.unsubscribe):
        _page(address)
    paragraphs = [part for part in letter.text.split("\n\n") if part.strip()]
    return _TEMPLATES.get_template("letter.html").render(
        letter=letter, sender=sender, paragraphs=paragraphs, said=said
    )


def _page(address: str | None) -> str:
    if address is not None and urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("only http and https lead to pages")
    return address or ""


def _line(text: str) -> str:
    if any(character in text for character in "\r\n\0"):
        raise ValueError("a header is one line")
    return text
