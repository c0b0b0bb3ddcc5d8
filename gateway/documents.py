"""What the gateway answers by itself: index, OpenAPI, AsyncAPI, interactive docs, readiness."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from werkzeug.wrappers import Request, Response

from gateway import asyncapi, docs, openapi, requests, responses
from gateway.contract import READY
from gateway.exchange import Exchange
from services.chassis import fields, jsontext
from services.chassis.errors import NotFound

Checks = Callable[[], dict[str, Any]]

INDEX = {
    "name": "Kota Cerdas",
    "documents": {"docs": "/docs", "openapi": "/openapi.json", "asyncapi": "/asyncapi.json"},
    "readiness": {"gateway": "/readyz", "all": "/readyz?all=1"},
    "api": ["/v1/reports", "/v1/notifications", "/v1/permit-types", "/v1/auth/token"],
    "open311": "/open311/discovery.json",
}


@dataclass(frozen=True)
class Fixed:
    """A document that never changes while the process lives."""

    body: bytes
    content_type: str
    policy: str | None = None

    @cached_property
    def etag(self) -> str:
        """Its entity tag."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @cached_property
    def compressed(self) -> bytes:
        """Its body for clients that take gzip."""
        return gzip.compress(self.body, mtime=0)

    def response(self, request: Request) -> Response:
        """The answer."""
        is_small = request.accept_encodings.quality("gzip") > 0
        headers = {"ETag": self.etag, "Cache-Control": "public, max-age=60"}
        headers |= {"Content-Encoding": "gzip"} if is_small else {}
        headers |= {"Content-Security-Policy": self.policy} if self.policy else {}
        body = self.compressed if is_small else self.body
        return Response(body, 200, headers, content_type=self.content_type)


@cache
def fixed() -> dict[str, Fixed]:
    """The fixed documents by path, made once."""
    documents = {
        "/": _json(INDEX),
        "/openapi.json": _json(openapi.document()),
        "/asyncapi.json": _json(asyncapi.document()),
    }
    return documents | {
        path: Fixed(body, content_type, docs.POLICY)
        for path, (body, content_type) in docs.files().items()
    }


class Documents:
    """The handler of By.DOCUMENT.

    ready: readiness of the gateway itself; all_ready: of every service too. Both return
    {"ready": bool, …}.
    """

    def __init__(self, ready: Checks, all_ready: Checks) -> None:
        self._ready = ready
        self._all_ready = all_ready
        self._fixed = fixed()

    def respond(self, exchange: Exchange) -> Response:
        """The document. Raises NotFound, Invalid."""
        if exchange.route.operation is READY:
            return self._readiness(exchange)
        found = self._fixed.get(exchange.request.path)
        if found is None:
            raise NotFound()
        return found.response(exchange.request)

    def _readiness(self, exchange: Exchange) -> Response:
        asked = fields.load(READY.request, requests.content(exchange.request, exchange.path))
        found = self._all_ready() if asked.get("all") == "1" else self._ready()
        status = 200 if found["ready"] else 503
        headers = {"Cache-Control": "no-store"} | ({} if found["ready"] else {"Retry-After": "2"})
        return responses.answer(found, status=status, headers=headers)


def _json(value: Any) -> Fixed:
    return Fixed(jsontext.dumps(value).encode(), responses.JSON)
