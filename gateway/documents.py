"""What the gateway answers by itself: index, OpenAPI, AsyncAPI, readiness."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from gateway import asyncapi, openapi, responses
from services.chassis import jsontext
from services.chassis.text import Text

Checks = Callable[[], dict[str, Any]]

INDEX = {
    "name": "Kota Cerdas",
    "documents": {"openapi": "/openapi.json", "asyncapi": "/asyncapi.json"},
    "readiness": {"gateway": "/readyz", "all": "/readyz?all=1"},
    "api": ["/v1/reports", "/v1/notifications", "/v1/permit-types", "/v1/auth/token"],
}
NAMES = ("/", "/openapi.json", "/asyncapi.json", "/readyz")
SUMMARY = Text("About this gateway", id="Tentang gerbang ini")


class Documents:
    """Fixed documents are made once.

    ready: readiness of the gateway itself; all_ready: of every service too. Both return
    {"ready": bool, …}.
    """

    def __init__(self, ready: Checks, all_ready: Checks) -> None:
        self._ready = ready
        self._all_ready = all_ready
        self._fixed = {
            "/": _fixed(INDEX),
            "/openapi.json": _fixed(openapi.document()),
            "/asyncapi.json": _fixed(asyncapi.document()),
        }

    def respond(self, request: Request) -> Response | None:
        """The answer, or None if it is not one of ours."""
        if request.method not in ("GET", "HEAD") or request.path not in NAMES:
            return None
        if request.path == "/readyz":
            return self._readiness(everything=request.args.get("all") == "1")
        body, etag = self._fixed[request.path]
        headers = {"ETag": etag, "Cache-Control": "public, max-age=60"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers=headers)
        return Response(body, 200, headers, content_type=responses.JSON)

    def _readiness(self, *, everything: bool) -> Response:
        found = self._all_ready() if everything else self._ready()
        status = 200 if found["ready"] else 503
        headers = {"Cache-Control": "no-store"} | ({} if found["ready"] else {"Retry-After": "2"})
        return responses.answer(found, status=status, headers=headers)


def _fixed(value: Any) -> tuple[str, str]:
    body = jsontext.dumps(value)
    return body, f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
