"""A broker administered by RabbitMQ's management HTTP API."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

TIMEOUT_SECONDS = 30.0


class Management:
    """url: http://user:password@host:15672 of an administrator. Raises ValueError."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not parts.password:
            raise ValueError("must look like http://user:password@host:15672")
        self._base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        login = f"{unquote(parts.username or '')}:{unquote(parts.password)}"
        self._authorization = f"Basic {base64.b64encode(login.encode()).decode()}"

    def users(self) -> dict[str, set[str]]:
        """All users and their tags."""
        return {user["name"]: _tags(user["tags"]) for user in self._call("GET", "users")}

    def import_definitions(self, document: Mapping[str, Any]) -> None:
        """Take the document in."""
        self._call("POST", "definitions", document)

    def definitions(self) -> dict[str, Any]:
        """Everything that lasts on the broker."""
        found: dict[str, Any] = self._call("GET", "definitions")
        return found

    def delete_user(self, name: str) -> None:
        """Delete a user, and end its connections."""
        self._call("DELETE", f"users/{quote(name, safe='')}")

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._base}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self._authorization, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            reason = error.read(500).decode(errors="replace")
            raise OSError(f"{method} {path}: {error.code} {reason}") from None
        return json.loads(content) if content else None


def _tags(tags: list[str] | str) -> set[str]:
    # RabbitMQ 3.8 and older wrote them separated by commas
    return set(tags.split(",") if isinstance(tags, str) else tags)
