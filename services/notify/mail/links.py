"""Links in letters: signed, so that nobody can make one for somebody else; without an address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadSignature, Signer

MOST = 300


class Purpose(StrEnum):
    """What a link is for. FOLLOW, UNFOLLOW: to be told of a topic, or no more."""

    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


@dataclass(frozen=True)
class Link:
    """What a link says: recipient is one of notify's: `person:<account>`, `address:<digest>` or
    `subscription:<id>`."""

    purpose: Purpose
    recipient: str


def path_of(kind: str, id_: str) -> str:
    """The path of a report, an incident or a site."""
    return f"/v1/{kind}s/{id_}"


def report_path(report_id: str) -> str:
    """The path of a report."""
    return path_of("report", report_id)


class Links:
    """secret: a new one voids all links, and forgets what guests chose.

    public_url: where the city's API is for the public.
    """

    def __init__(self, secret: bytes, public_url: str) -> None:
        self._secret = secret
        self._signer = Signer(secret, salt="mail-link", sep=".")
        self._base = public_url.rstrip("/")

    def url(self, purpose: Purpose, recipient: str) -> str:
        """The page's address."""
        token = self._signer.sign(f"{purpose.value}~{recipient}").decode("ascii")
        return f"{self._base}/v1/mail/{token}"

    def address(self, email: str) -> str:
        """The recipient that is whoever reads a guest's address; nobody can read it back."""
        plain = f"mail-address:{email.strip().lower()}".encode()
        return f"address:{hmac.new(self._secret, plain, hashlib.sha256).hexdigest()[:32]}"

    def report(self, report_id: str) -> str:
        """Where a report can be read."""
        return self.page(report_path(report_id))

    def page(self, path: str) -> str:
        """The whole address of a path."""
        return f"{self._base}{path}"

    def read(self, token: str) -> Link | None:
        """What a link says; None if it is not one of ours."""
        if len(token) > MOST:
            return None
        try:
            purpose, _, recipient = self._signer.unsign(token).decode("ascii").partition("~")
            return Link(Purpose(purpose), recipient)
        except (BadSignature, UnicodeError, ValueError):
            return None
