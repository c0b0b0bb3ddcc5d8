"""What browsers and proxies are told: security headers, and who may read from another origin."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.wrappers import Request, Response

from gateway.addresses import Network, client_address, is_secure

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_READABLE = "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_SENDABLE = (
    "Accept-Language, Authorization, Content-Type, Device-Id, Idempotency-Key, If-Match, "
    "If-None-Match, Last-Event-ID, X-Request-Id, traceparent"
)
# public data and keys of apps, whose pages stand anywhere; nothing there knows who is logged in
_FOR_ALL = (
    "/open311/",
    "/v1/reports.",
    "/v1/sites.",
    "/v1/reports/clusters",
    "/v1/reports/heat",
    "/v1/statistics/",
    "/v1/open-data",
    "/v1/feeds/",
)
_HALF_A_YEAR = 15_552_000


class Policy:
    """proxies: networks of the proxies we believe. origins: whose pages may read our answers; a
    single `*` for all, which is safe here since we know no cookies."""

    def __init__(self, *, proxies: Sequence[Network] = (), origins: Sequence[str] = ()) -> None:
        self._proxies = tuple(proxies)
        self._origins = frozenset(origins)

    def base_of(self, request: Request) -> str:
        """Scheme and host by which the client reached us, without a slash at the end."""
        scheme = "https" if is_secure(request, self._proxies) else "http"
        return f"{scheme}://{request.host}"

    def address_of(self, request: Request) -> str:
        """The client's address."""
        return client_address(request, self._proxies)

    def apply(self, response: Response, request: Request) -> None:
        """Add the headers."""
        headers = response.headers
        headers.extend(_ALWAYS)
        headers.setdefault("Content-Security-Policy", _NOTHING_RUNS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if is_secure(request, self._proxies):
            headers["Strict-Transport-Security"] = f"max-age={_HALF_A_YEAR}"
        self._share(response, request)

    def _share(self, response: Response, request: Request) -> None:
        origin = request.headers.get("Origin")
        is_for_all = request.path.startswith(_FOR_ALL)
        if origin is None or not (is_for_all or self._origins & {origin, "*"}):
            return
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = "*" if is_for_all else origin
        headers["Access-Control-Expose-Headers"] = _READABLE
        headers["Vary"] = headers.get("Vary") or "Origin"
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
            headers["Access-Control-Allow-Headers"] = _SENDABLE
            headers["Access-Control-Max-Age"] = "600"
