"""A small HTTP client for tests, and the accounts of a stack."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass
class Client:
    """Talks to one gateway, perhaps with a token."""

    base_url: str
    token: str | None = None
    language: str = "en"
    seconds: float = 10.0
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST JSON. A header's underscores stand for hyphens."""
        return self.send("POST", path, body, headers)

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """Any request."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = {"Accept-Language": self.language} | self.headers | given
        if self.token:
            all_headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        address = urlsplit(self.base_url)
        connection = http.client.HTTPConnection(
            str(address.hostname), address.port, timeout=self.seconds
        )
        try:
            connection.request(method, path, data, all_headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


def log_in(base_url: str, logins: Path, login: str) -> Client:
    """A client with a fresh token of that login."""
    entries = json.loads(logins.read_text())
    password = next(entry["password"] for entry in entries if entry["login"] == login)
    answer = Client(base_url).post("/v1/auth/token", {"login": login, "password": password})
    assert answer.status == 200, answer.text
    return Client(base_url, answer.json["access_token"])
