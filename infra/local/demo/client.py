"""Somebody with an account, who uses the city's API as anybody does."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

WAIT_SECONDS = 20.0


@dataclass
class Person:
    """Who asks. token: of their login."""

    base_url: str
    token: str | None = None

    def log_in(self, login: str, password: str) -> Person:
        """The person behind a login."""
        answer = self.post("/v1/auth/token", {"login": login, "password": password})
        return Person(self.base_url, str(answer["access_token"]))

    def get(self, path: str) -> Any:
        """GET; the JSON answer."""
        return self._send("GET", path, None, {})

    def post(self, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
        """POST; the JSON answer. key: the Idempotency-Key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4())}
        return self._send("POST", path, json.dumps(body or {}).encode(), headers)

    def upload(self, colour: str) -> str:
        """Upload a synthetic photo; its capability."""
        out = io.BytesIO()
        Image.new("RGB", (640, 480), colour).save(out, "PNG")
        answer = self._send("POST", "/v1/uploads", out.getvalue(), {"Content-Type": "image/png"})
        return str(answer["capability"])

    def wait_for(self, path: str, fits: Callable[[Any], Any]) -> Any:
        """Read until what was read fits. Raises SystemExit after a while."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            found = fits(self.get(path))
            if found:
                return found
            time.sleep(0.1)
        raise SystemExit(f"{path} did not become what was expected")

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Any:
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        headers["Accept-Language"] = "en"
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None
        except urllib.error.URLError as error:
            raise SystemExit(f"{method} {path}: {error}") from None
