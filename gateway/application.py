"""From request to response: find the route, count, check, hand over, and finish the answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Request, Response

from gateway import metrics, requests, responses
from gateway.errors import WrongMethod
from gateway.exchange import Exchange, Handler, Verifier
from gateway.open311 import refusals
from gateway.overload import Overload
from gateway.policy import Policy
from gateway.quotas import Quotas
from gateway.rates import Allowance, RateLimited, Rates
from gateway.routes import By, Route, url_map
from gateway.senders import Senders
from services.chassis import logs, tracing
from services.chassis.errors import (
    DomainError,
    Forbidden,
    InternalError,
    NotFound,
    Unauthenticated,
)
from services.chassis.principal import Principal
from services.chassis.sender import Sender

log = structlog.get_logger(__name__)

BUDGET_MS = 4_000
# where a request keeps the route that was found for it
_FOUND = "gateway.found"


class Application:
    """The gateway without its server. overload: how many of each route are at work.
    handlers: who serves which kind of route."""

    def __init__(
        self,
        verifier: Verifier,
        rates: Rates,
        policy: Policy,
        senders: Senders,
        quotas: Quotas,
        overload: Overload,
        handlers: Mapping[By, Handler],
    ) -> None:
        self._verifier = verifier
        self._rates = rates
        self._policy = policy
        self._senders = senders
        self._quotas = quotas
        self._overload = overload
        self._handlers = handlers
        self._urls = url_map().bind("")

    def check_load(self, request: Request) -> None:
        """Before anything is done for it. Raises Busy when there is too much of its kind."""
        try:
            route, _path = self._find(request)
        except DomainError:
            # that it leads nowhere is said where everything else is
            return
        self._overload.check(route)

    def respond(self, request: Request) -> Response:
        """Answer a request. Never raises."""
        visit = _Visit(request)
        parent = requests.trace_of(request)
        with tracing.span("HTTP", tracing.Kind.SERVER, parent) as span:
            visit.trace = span.traceparent
            logs.bind(visit.request_id, visit.trace)
            response = self._attempt(visit)
            _describe(span, visit, response)
        metrics.request_answered(
            visit.route, response.status_code, time.monotonic() - visit.started
        )
        return self._finished(response, visit)

    def _attempt(self, visit: _Visit) -> Response:
        try:
            return self._respond(visit)
        except DomainError as error:
            return _problem(error, visit)
        except Exception:
            log.exception("request failed")
            return _problem(InternalError(), visit)

    def refuse(self, error: DomainError, request: Request) -> Response:
        """The answer to a request that is not served: `request` may be an empty one."""
        visit = _Visit(request)
        visit.route, _path = request.environ.get(_FOUND, (None, None))
        metrics.request_answered(visit.route, error.status, 0.0)
        return self._finished(_problem(error, visit), visit)

    def _respond(self, visit: _Visit) -> Response:
        if visit.request.method == "OPTIONS":
            return self._options(visit)
        route, path = self._find(visit.request)
        visit.route = route
        address = self._policy.address_of(visit.request)
        visit.allowance = self._rates.check_address(route.rate, address)
        headers = requests.call_headers(
            visit.request,
            visit.request_id,
            visit.trace,
            BUDGET_MS,
            with_token=not route.ignores_token,
        )
        principal = self._verifier.verify(headers.authorization)
        if not principal.is_guest:
            visit.allowance = self._rates.check_principal(route.rate, principal)
        _admit(route, principal)
        if route.method == "POST":
            headers = self._senders.named(headers, visit.request, address)
        exchange = Exchange(route, visit.request, path, headers, principal, address, visit.started)
        with self._overload.at_work(route):
            return _cached(self._handled(exchange), exchange)

    def _handled(self, exchange: Exchange) -> Response:
        route, principal = exchange.route, exchange.principal
        if route.sends is None:
            return self._handlers[route.by](exchange)
        sender = Sender.read(exchange.headers.device, exchange.headers.networks)
        self._quotas.check(route.sends, principal, sender)
        response = self._handlers[route.by](exchange)
        self._quotas.count(route.sends, principal, sender)
        return response

    def _find(self, request: Request) -> tuple[Route, dict[str, Any]]:
        found: tuple[Route, dict[str, Any]] | None = request.environ.get(_FOUND)
        if found is not None:
            return found
        method = "GET" if request.method == "HEAD" else request.method
        try:
            route, path = self._urls.match(request.path, method)
        except MethodNotAllowed as error:
            raise WrongMethod(list(error.valid_methods or [])) from None
        except (NoRoute, RequestRedirect, HTTPException):
            raise NotFound() from None
        found = request.environ[_FOUND] = route, dict(path)
        return found

    def _options(self, visit: _Visit) -> Response:
        allowed = self._urls.allowed_methods(visit.request.path)
        if not allowed:
            raise NotFound()
        methods = ", ".join(sorted({*allowed, "OPTIONS"}))
        return Response(status=204, headers={"Allow": methods})

    def _finished(self, response: Response, visit: _Visit) -> Response:
        response.headers["X-Request-Id"] = visit.request_id
        if visit.allowance is not None:
            response.headers.extend(visit.allowance.headers())
        self._policy.apply(response, visit.request)
        return response


class _Visit:
    """What is known of a request before it is admitted."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.request_id = requests.request_id_of(request)
        self.started = time.monotonic()
        self.route: Route | None = None
        self.trace = ""
        self.allowance: Allowance | None = None


def _describe(span: tracing.Span, visit: _Visit, response: Response) -> None:
    """What was asked and answered, in the words of the table of routes."""
    status = response.status_code
    if visit.route is not None:
        route = visit.route
        span.rename(
            f"{route.method} {route.path}",
            {"http.request.method": route.method, "http.route": route.path},
        )
    span.outcome(str(status), failed=status >= 500)


def _admit(route: Route, principal: Principal) -> None:
    """The service checks again; here it saves everybody work."""
    if principal.role not in route.operation.access:
        raise Unauthenticated() if principal.is_guest else Forbidden()


def _cached(response: Response, exchange: Exchange) -> Response:
    """What only some may see is kept by nobody, unless its handler said otherwise."""
    if "Cache-Control" not in response.headers:
        personal = exchange.headers.authorization is not None or exchange.request.method == "POST"
        response.headers["Cache-Control"] = "no-store" if personal else "no-cache"
    response.headers["Vary"] = "Accept-Language, Authorization, Origin"
    etag, known = response.headers.get("ETag"), exchange.request.if_none_match
    is_read = exchange.request.method in ("GET", "HEAD") and response.status_code == 200
    if is_read and etag is not None and known.contains_weak(etag.strip('"')):
        return Response(status=304, headers=_without_content(response))
    return response


def _without_content(response: Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in response.headers if not name.startswith("Content-")]


def _problem(error: DomainError, visit: _Visit) -> Response:
    metrics.problem_answered(error)
    language = requests.language_of(visit.request)
    if refusals.concerns(visit.request):
        response = refusals.refusal(error, visit.request, language, routed=visit.route is not None)
    else:
        response = responses.problem(error, language, visit.request_id)
    if isinstance(error, WrongMethod):
        response.headers["Allow"] = ", ".join(sorted(error.allowed))
    if isinstance(error, RateLimited):
        visit.allowance = error.allowance
    return response
