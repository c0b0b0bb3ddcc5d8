"""Every route: method, path, the operation that answers it, and how often one may ask.

Access and schemas are the operation's; dispatch, OpenAPI and tests are derived from this table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from werkzeug.routing import Map, Rule

from gateway import contract
from gateway.contract import GATEWAY
from gateway.http import limits
from gateway.open311.operations import OPEN311
from gateway.open311.schemas import FORMATS
from gateway.public import operations as public
from gateway.quotas import Sent
from gateway.rates import Rate
from services.chassis.contract import Contract, Operation
from services.notify.contract import CONTRACT as NOTIFY
from services.permits.contract import CONTRACT as PERMITS
from services.registry.contract import CONTRACT as REGISTRY
from services.reports.contract import ACTIONS
from services.reports.contract import CONTRACT as REPORTS

# counts of the whole city need not be of this second
COUNTS_SECONDS = 15
# what is going on now need not be of this moment
LIVE_SECONDS = 2
CONTRACTS: tuple[Contract, ...] = (REGISTRY, REPORTS, NOTIFY, PERMITS)


class By(StrEnum):
    """Which part of the gateway serves a route."""

    CALL = "call"
    DOCUMENT = "document"
    UPLOAD = "upload"
    PHOTO = "photo"
    STREAM = "stream"
    PAGE = "page"
    OPEN311 = "open311"
    LIST = "list"
    FILE = "file"
    CIFS = "cifs"


@dataclass(frozen=True)
class Route:
    """One route. location: path prefix of the Location header of what it creates.

    gives: media type of a success. ignores_token: a stale token must not keep anybody from logging
    in. is_documented: whether it stands in OpenAPI. keeps: for how many seconds any cache may keep
    the answer, which is the same for everybody. sends: what is counted of each sender, besides the
    requests.
    """

    method: str
    path: str
    service: str
    operation: Operation
    rate: Rate
    status: int = 200
    location: str | None = None
    by: By = By.CALL
    gives: str = "application/json"
    ignores_token: bool = False
    is_documented: bool = True
    keeps: int | None = None
    sends: Sent | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path."""
        parts = self.path.split("{")[1:]
        return tuple(part.partition("}")[0] for part in parts)


def _get(path: str, of: Contract, operation: str, rate: Rate = Rate.READ, **more: object) -> Route:
    return Route("GET", path, of.service, of.operation(operation), rate, **more)  # type: ignore[arg-type]


def _post(
    path: str, of: Contract, operation: str, rate: Rate = Rate.WRITE, **more: object
) -> Route:
    return Route("POST", path, of.service, of.operation(operation), rate, **more)  # type: ignore[arg-type]


def _login(path: str, operation: str) -> Route:
    return _post(path, REGISTRY, operation, Rate.LOGIN, ignores_token=True)


def _open311(path: str, operation: str, rate: Rate = Rate.READ, method: str = "GET") -> Route:
    return Route(
        method, f"/open311/{path}.{{format}}", OPEN311.service, OPEN311.operation(operation), rate,
        by=By.OPEN311, ignores_token=True,
    )  # fmt: skip


def _public(path: str, operation: Operation, gives: str, by: By, rate: Rate = Rate.READ) -> Route:
    """What is the same for everybody, so nobody's token is looked at."""
    return Route("GET", path, "public", operation, rate, by=by, gives=gives, ignores_token=True)


def _counts(path: str, operation: str, gives: str = "application/json") -> Route:
    return _get(path, REPORTS, operation, gives=gives, ignores_token=True, keeps=COUNTS_SECONDS)


def _live(path: str, operation: str, gives: str = "application/json") -> Route:
    return _get(path, REPORTS, operation, gives=gives, ignores_token=True, keeps=LIVE_SECONDS)


def _document(path: str, gives: str = "application/json") -> Route:
    return Route(
        "GET", path, "gateway", contract.DOCUMENT, Rate.READ,
        by=By.DOCUMENT, gives=gives, ignores_token=True, is_documented=False,
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (
    _login("/v1/auth/token", "issue_token"),
    _login("/v1/auth/refresh", "refresh_token"),
    _login("/v1/auth/revoke", "revoke_token"),
    _get("/v1/auth/me", REGISTRY, "who_am_i"),
    _get("/v1/auth/me/email", REGISTRY, "get_email"),
    _post("/v1/auth/me/email", REGISTRY, "set_email"),
    _post("/v1/auth/me/email/verify", REGISTRY, "verify_email", Rate.LOGIN),
    _post("/v1/auth/me/email/forget", REGISTRY, "forget_email"),
    _get("/.well-known/jwks.json", REGISTRY, "jwks"),
    _post("/v1/accounts", REGISTRY, "create_account", status=201),
    _post("/v1/uploads", GATEWAY, "upload_photo", Rate.UPLOAD, by=By.UPLOAD, status=201),
    _post(
        "/v1/reports",
        REPORTS,
        "submit_report",
        status=201,
        location="/v1/reports/",
        sends=Sent.REPORT,
    ),
    _get("/v1/reports", REPORTS, "list_reports"),
    _public("/v1/reports.geojson", public.GEOJSON, public.GEOJSON_TYPE, By.LIST),
    _public("/v1/reports.atom", public.ATOM, public.ATOM_TYPE, By.LIST),
    _get("/v1/reports/nearby", REPORTS, "find_nearby"),
    _get("/v1/reports/track/{number}", REPORTS, "track_report"),
    _post("/v1/reports/track/{number}/forget", REPORTS, "forget_contact"),
    _post("/v1/reports/track/{number}/follow-up", REPORTS, "answer_follow_up"),
    _get("/v1/reports/{id}", REPORTS, "get_report"),
    _get("/v1/reports/{id}/timeline", REPORTS, "report_timeline"),
    _get("/v1/reports/{id}/parts", REPORTS, "list_parts"),
    _get("/v1/reports/{id}/moderation", REPORTS, "list_moderation"),
    _post("/v1/reports/{id}/forget", REPORTS, "forget_reporter"),
    _get("/v1/reports/{id}/duplicates", REPORTS, "list_duplicates"),
    _post("/v1/reports/{id}/support", REPORTS, "support_report", sends=Sent.SUPPORT),
    _post("/v1/reports/{id}/follow", REPORTS, "follow_report", sends=Sent.SUPPORT),
    *(
        _post(
            f"/v1/reports/{{id}}/{action.name.replace('_', '-')}",
            REPORTS,
            action.operation.name,
            sends=Sent.COMMENT if action.name == "comment" else None,
        )
        for action in ACTIONS.values()
    ),
    _counts("/v1/reports/clusters", "report_clusters", public.GEOJSON_TYPE),
    _counts("/v1/reports/heat", "report_heat", public.GEOJSON_TYPE),
    _counts("/v1/statistics/reports", "report_statistics"),
    _get("/v1/city/now", REPORTS, "city_now", ignores_token=True, keeps=LIVE_SECONDS),
    _counts("/v1/open-data", "open_data"),
    _public("/v1/open-data/reports.csv", public.OPEN_CSV, public.CSV_TYPE, By.FILE, Rate.BULK),
    _public(
        "/v1/open-data/reports.geojson",
        public.OPEN_GEOJSON,
        public.GEOJSON_TYPE,
        By.FILE,
        Rate.BULK,
    ),
    _public("/v1/feeds/cifs.xml", public.CIFS_XML, public.XML_TYPE, By.CIFS),
    _public("/v1/feeds/cifs.json", public.CIFS_JSON, "application/json", By.CIFS),
    _live("/v1/incidents", "list_incidents", public.GEOJSON_TYPE),
    _counts("/v1/incidents/history", "list_incident_history", public.GEOJSON_TYPE),
    _counts("/v1/statistics/corridors", "worst_corridors"),
    _get("/v1/incidents/{id}", REPORTS, "get_incident"),
    _post("/v1/incidents/{id}/vote", REPORTS, "vote_incident"),
    _post("/v1/incidents/{id}/merge", REPORTS, "merge_incident"),
    _post("/v1/incidents/{id}/split", REPORTS, "split_incident"),
    _get("/v1/sites", REPORTS, "list_sites"),
    _public("/v1/sites.geojson", public.SITES_GEOJSON, public.GEOJSON_TYPE, By.LIST),
    _get("/v1/sites/{id}", REPORTS, "get_site"),
    _get("/v1/sites/{id}/reports", REPORTS, "site_reports"),
    _get("/v1/sites/{id}/photos", REPORTS, "site_photos"),
    *(
        _post(f"/v1/sites/{{id}}/{action}", REPORTS, f"{action}_site")
        for action in ("begin", "clean", "enforce", "close", "merge")
    ),
    _post("/v1/sites/{id}/move", REPORTS, "move_site_report"),
    _get("/v1/collections", REPORTS, "list_collections"),
    _get("/v1/work/reports", REPORTS, "list_work"),
    _get("/v1/work/suspected", REPORTS, "list_suspected"),
    _get("/v1/work/responses", REPORTS, "list_responses"),
    _get("/v1/work/overview", REPORTS, "work_overview"),
    _post(
        "/v1/work/assignments", REPORTS, "assign_many", status=202, location="/v1/work/assignments/"
    ),
    _get("/v1/work/assignments/{id}", REPORTS, "get_job"),
    _post("/v1/blocks", REPORTS, "block_sender", status=201),
    _get("/v1/blocks", REPORTS, "list_blocks"),
    _post("/v1/blocks/{id}/lift", REPORTS, "lift_block"),
    _get("/v1/reports/{id}/photos/{n}", REPORTS, "get_photo", by=By.PHOTO, gives="image/jpeg"),
    _get("/v1/stream", GATEWAY, "stream", Rate.STREAM, by=By.STREAM, gives="text/event-stream"),
    _get("/v1/notifications", NOTIFY, "list_notifications"),
    _get("/v1/notifications/unread-count", NOTIFY, "unread_count"),
    _post("/v1/notifications/read-all", NOTIFY, "mark_all_read"),
    _post("/v1/notifications/{id}/read", NOTIFY, "mark_read"),
    _get("/v1/notifications/preferences", NOTIFY, "get_preferences"),
    _post("/v1/notifications/preferences", NOTIFY, "set_preferences"),
    _get("/v1/subscriptions", NOTIFY, "list_subscriptions"),
    _post("/v1/subscriptions", NOTIFY, "follow_topic", status=201),
    _post("/v1/subscriptions/email", NOTIFY, "follow_topic_by_mail", Rate.LOGIN, status=202),
    _post("/v1/subscriptions/{id}/end", NOTIFY, "end_subscription"),
    _get("/v1/mail/{token}", NOTIFY, "open_link", by=By.PAGE, gives="text/html"),
    _post("/v1/mail/{token}", NOTIFY, "use_link", by=By.PAGE, gives="text/html"),
    _get("/v1/categories", REPORTS, "list_categories"),
    _get("/v1/categories/{code}", REPORTS, "get_category"),
    _open311("discovery", "open311_discovery"),
    _open311("v2/services", "open311_services"),
    _open311("v2/services/{service_code}", "open311_definition"),
    _open311("v2/requests", "open311_requests", Rate.BULK),
    _open311("v2/requests/{service_request_id}", "open311_request"),
    _open311("v2/requests", "open311_submit", Rate.WRITE, "POST"),
    _open311("v2/tokens/{token}", "open311_token"),
    _get("/v1/permit-types", PERMITS, "list_permit_types"),
    _get("/v1/permit-types/{code}", PERMITS, "get_permit_type"),
    _get("/readyz", GATEWAY, "ready", by=By.DOCUMENT, ignores_token=True),
    _document("/"),
    _document("/openapi.json"),
    _document("/asyncapi.json"),
    _document("/docs", "text/html"),
    _document("/docs/{file}", "text/html"),
)


@cache
def url_map() -> Map:
    """The routes in werkzeug's form; the endpoint is the Route. Made once."""
    rules = [
        Rule(
            route.path.replace("{", "<").replace("}", ">"),
            endpoint=route,
            methods=[route.method],
        )
        for route in ROUTES
    ]
    return Map(rules, strict_slashes=True, merge_slashes=False)


def _with_files() -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if route.by is By.UPLOAD:
            yield route.method, route.path
        elif route.by is By.OPEN311:
            yield from ((route.method, route.path.format(format=form)) for form in FORMATS
                        if route.method == "POST")  # fmt: skip


_WITH_FILES = frozenset(_with_files())


def body_limit(method: str, path: str) -> int:
    """How many bytes the body of such a request may have."""
    return limits.MAX_UPLOAD_FORM if (method, path) in _WITH_FILES else limits.MAX_JSON
