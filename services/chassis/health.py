"""Each process' own loopback port: /healthz, /readyz, /metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
from eventlet import wsgi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis import jsontext

Checks = Callable[[], dict[str, str]]
_MAX_CONNECTIONS = 16
_SOCKET_SECONDS = 5


class AdminServer:
    """Serves health and metrics on 127.0.0.1.

    checks: the outcome of each readiness check, `ok` or a reason; must be cheap.
    """

    def __init__(self, port: int, checks: Checks) -> None:
        self._port = port
        self._checks = checks
        self._thread: Any = None

    def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        listener = eventlet.listen(("127.0.0.1", self._port), reuse_addr=True, reuse_port=False)
        self._thread = eventlet.spawn(
            wsgi.server,
            listener,
            self._answer,
            log_output=False,
            max_size=_MAX_CONNECTIONS,
            socket_timeout=_SOCKET_SECONDS,
            keepalive=False,
            debug=False,
        )

    def stop(self) -> None:
        """Close the port."""
        if self._thread is not None:
            self._thread.kill()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status, content_type, body = self._respond(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        start(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    def _respond(self, method: str, path: str) -> tuple[str, str, bytes]:
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", "text/plain", b""
        if path == "/healthz":
            return "200 OK", "text/plain", b"ok\n"
        if path == "/metrics":
            return "200 OK", CONTENT_TYPE_LATEST, generate_latest()
        if path != "/readyz":
            return "404 Not Found", "text/plain", b""
        checks = self._checks()
        ready = all(outcome == "ok" for outcome in checks.values())
        body = jsontext.dumps({"ready": ready, "checks": checks}).encode()
        return "200 OK" if ready else "503 Service Unavailable", "application/json", body
