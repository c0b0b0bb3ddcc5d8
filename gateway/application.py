"""From request to response: find the route, check, call the service, map what it says."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol

import structlog
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request, Response

from gateway import requests, responses
from gateway.documents import Documents
from gateway.routes import Route, url_map
from services.chassis import fields, metrics
from services.chassis.call import CallHeaders
from services.chassis.errors import (
    DomainError,
    Forbidden,
    InternalError,
    NotFound,
    Unauthenticated,
)
from services.chassis.principal import Principal
from services.chassis.text import Text

log = structlog.get_logger(__name__)

BUDGET_MS = 4_000


class Rpc(Protocol):
    """What the application needs of the RPC client."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call an operation."""
        ...


class Verifier(Protocol):
    """What the application needs of the token verifier."""

    def verify(self, token: str | None) -> Principal:
        """Who holds the token."""
        ...


class WrongMethod(DomainError):
    """The path exists, for other methods."""

    status, code = 405, "method_not_allowed"
    title = Text("This method is not allowed here", id="Metode ini tidak diperbolehkan di sini")

    def __init__(self, allowed: list[str]) -> None:
        super().__init__()
        self.allowed = allowed


class Application:
    """The gateway without its server. documents: what it answers by itself."""

    def __init__(self, rpc: Rpc, verifier: Verifier, documents: Documents) -> None:
        self._rpc = rpc
        self._verifier = verifier
        self._documents = documents
        self._urls = url_map()

    def respond(self, request: Request) -> Response:
        """Answer a request. Never raises."""
        started = time.monotonic()
        request_id = requests.request_id_of(request)
        name = "none"
        try:
            response = self._documents.respond(request)
            if response is None:
                route, path = self._find(request)
                name = route.operation.name
                response = self._serve(route, request, path, request_id, started)
        except DomainError as error:
            response = self._problem(error, request, request_id)
        except Exception:
            log.exception("request failed", request_id=request_id)
            response = self._problem(InternalError(), request, request_id)
        metrics.operation_served(name, str(response.status_code), time.monotonic() - started)
        return _finished(response, request_id)

    def _find(self, request: Request) -> tuple[Route, dict[str, Any]]:
        adapter = self._urls.bind("", path_info=request.path, default_method=request.method)
        try:
            route, path = adapter.match(method="GET" if request.method == "HEAD" else None)
        except MethodNotAllowed as error:
            raise WrongMethod(list(error.valid_methods or [])) from None
        except (NoRoute, RequestRedirect, HTTPException):
            raise NotFound() from None
        return route, dict(path)

    def _serve(
        self,
        route: Route,
        request: Request,
        path: dict[str, Any],
        request_id: str,
        started: float,
    ) -> Response:
        headers = requests.call_headers(
            request, request_id, BUDGET_MS, with_token=not route.ignores_token
        )
        self._admit(route, headers)
        body = requests.content(request, path)
        fields.load(route.operation.request, body)
        answer = self._rpc.call(
            route.service, route.operation.name, body, _with_rest(headers, started)
        )
        return _answer(route, answer, headers)

    def _admit(self, route: Route, headers: CallHeaders) -> None:
        """The service checks again; here it saves everybody work."""
        principal = self._verifier.verify(headers.authorization)
        if principal.role not in route.operation.access:
            raise Unauthenticated() if principal.is_guest else Forbidden()

    def _problem(self, error: DomainError, request: Request, request_id: str) -> Response:
        response = responses.problem(error, requests.language_of(request), request_id)
        if isinstance(error, WrongMethod):
            response.headers["Allow"] = ", ".join(sorted(error.allowed))
        return response


def _answer(route: Route, value: Any, headers: CallHeaders) -> Response:
    response = responses.answer(value, status=route.status)
    if route.location is not None:
        response.headers["Location"] = f"{route.location}{value['id']}"
    if headers.authorization is not None or route.ignores_token:
        response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Authorization"
    return response


def _with_rest(headers: CallHeaders, started: float) -> CallHeaders:
    """What is left of the budget."""
    spent = int((time.monotonic() - started) * 1000)
    return replace(headers, budget_ms=max(1, headers.budget_ms - spent))


def _finished(response: Response, request_id: str) -> Response:
    response.headers["X-Request-Id"] = request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
