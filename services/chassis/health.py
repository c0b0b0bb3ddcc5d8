"""Each process' own port, not for the public: /healthz, /readyz, /metrics, and direct calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import eventlet
from eventlet import wsgi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis import jsontext, metrics

Checks = Callable[[], dict[str, str]]
Serve = Callable[[str, bytes], bytes]
_MAX_CONNECTIONS = 128
_MAX_CALL_BYTES = 2_000_000
CALLS = "/rpc/"
_SOCKET_SECONDS = 5


class AdminServer:
    """Serves health and metrics on one address, and direct calls if `calls` is given.

    checks: the outcome of each readiness check, `ok` or a reason; must be cheap.
    """

    def __init__(self, host: str, port: int, checks: Checks, calls: Serve | None = None) -> None:
        self._address = (host, port)
        self._checks = checks
        self._calls = calls
        self._thread: Any = None

    def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        listener = eventlet.listen(self._address, reuse_addr=True, reuse_port=False)
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
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if method == "POST" and self._calls is not None and path.startswith(CALLS):
            size = min(int(environ.get("CONTENT_LENGTH") or 0), _MAX_CALL_BYTES)
            answer = self._calls(path.removeprefix(CALLS), environ["wsgi.input"].read(size))
            status, content_type, body = "200 OK", "application/json", answer
        else:
            status, content_type, body = self._respond(method, path)
        start(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    def _respond(self, method: str, path: str) -> tuple[str, str, bytes]:
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", "text/plain", b""
        if path == "/healthz":
            return "200 OK", "text/plain", b"ok\n"
        if path == "/metrics":
            metrics.readiness(self._checks())
            return "200 OK", CONTENT_TYPE_LATEST, generate_latest()
        if path != "/readyz":
            return "404 Not Found", "text/plain", b""
        checks = self._checks()
        ready = all(outcome == "ok" for outcome in checks.values())
        body = jsontext.dumps({"ready": ready, "checks": checks}).encode()
        return "200 OK" if ready else "503 Service Unavailable", "application/json", body
