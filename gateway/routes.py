"""Every route: method, path, and the operation that answers it.

Access is the operation's; OpenAPI, tests and the dispatcher are derived from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.routing import Map, Rule

from services.chassis.contract import Contract, Operation
from services.notify.contract import CONTRACT as NOTIFY
from services.permits.contract import CONTRACT as PERMITS
from services.registry.contract import CONTRACT as REGISTRY
from services.reports.contract import CONTRACT as REPORTS

CONTRACTS: tuple[Contract, ...] = (REGISTRY, REPORTS, NOTIFY, PERMITS)


@dataclass(frozen=True)
class Route:
    """One route. location: path prefix of the Location header of what it creates.

    ignores_token: a stale token must not keep anybody from logging in.
    """

    method: str
    path: str
    service: str
    operation: Operation
    status: int = 200
    location: str | None = None
    ignores_token: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path."""
        parts = self.path.split("{")[1:]
        return tuple(part.partition("}")[0] for part in parts)


def _route(method: str, path: str, contract: Contract, operation: str, **more: object) -> Route:
    found = contract.operation(operation)
    return Route(method, path, contract.service, found, **more)  # type: ignore[arg-type]


ROUTES: tuple[Route, ...] = (
    _route("POST", "/v1/auth/token", REGISTRY, "issue_token", ignores_token=True),
    _route("POST", "/v1/auth/refresh", REGISTRY, "refresh_token", ignores_token=True),
    _route("POST", "/v1/auth/revoke", REGISTRY, "revoke_token", ignores_token=True),
    _route("GET", "/v1/auth/me", REGISTRY, "who_am_i"),
    _route("GET", "/.well-known/jwks.json", REGISTRY, "jwks"),
    _route("POST", "/v1/accounts", REGISTRY, "create_account", status=201),
    _route("POST", "/v1/reports", REPORTS, "submit_report", status=201, location="/v1/reports/"),
    _route("GET", "/v1/reports", REPORTS, "list_reports"),
    _route("GET", "/v1/reports/track/{number}", REPORTS, "track_report"),
    _route("GET", "/v1/reports/{id}", REPORTS, "get_report"),
    _route("GET", "/v1/notifications", NOTIFY, "list_notifications"),
    _route("GET", "/v1/notifications/unread-count", NOTIFY, "unread_count"),
    _route("POST", "/v1/notifications/read-all", NOTIFY, "mark_all_read"),
    _route("POST", "/v1/notifications/{id}/read", NOTIFY, "mark_read"),
    _route("GET", "/v1/permit-types", PERMITS, "list_permit_types"),
    _route("GET", "/v1/permit-types/{code}", PERMITS, "get_permit_type"),
)


def url_map() -> Map:
    """The routes in werkzeug's form; the endpoint is the Route."""
    rules = [
        Rule(
            route.path.replace("{", "<").replace("}", ">"),
            endpoint=route,
            methods=[route.method],
        )
        for route in ROUTES
    ]
    return Map(rules, strict_slashes=True, merge_slashes=False)
