"""Where the gateway is, for links that lead back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Request


@dataclass(frozen=True)
class Place:
    """seen: by what address a client reached us. public_url: by which it should, if the operator
    said so. contact: whom apps may ask."""

    seen: Callable[[Request], str]
    public_url: str | None
    contact: str | None = None

    def base(self, request: Request) -> str:
        """What links begin with."""
        return (self.public_url or self.seen(request)).rstrip("/")
