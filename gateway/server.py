"""nameko's web server with one entrypoint for everything; our own table finds the route."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

from eventlet import Timeout, sleep, wsgi
from eventlet.greenio import GreenSocket, shutdown_safe
from nameko import config
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.wrappers import Request, Response

from gateway import requests, responses
from services.chassis.errors import Unavailable

SOCKET_SECONDS = 10
DRAIN_SECONDS = 8


class QuietProtocol(HttpOnlyProtocol):
    """Says neither who we are nor every request it serves."""

    server_version = "kota"
    sys_version = ""


class GatewayServer(WebServer):
    """Hands every request to the one entrypoint."""

    _starting: bool

    def __init__(self) -> None:
        super().__init__()
        self._connections: dict[int, list[Any]] = {}

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve one connection and know of it meanwhile."""
        state = [address, sock, wsgi.STATE_IDLE]
        self._connections[id(state)] = state
        try:
            self._serv.process_request(state)
        finally:
            del self._connections[id(state)]

    def drain(self) -> None:
        """Accept nobody, end silent connections, let the others get their answer."""
        self._gt.kill()
        for state in list(self._connections.values()):
            before, state[2] = state[2], wsgi.STATE_CLOSE
            if before == wsgi.STATE_IDLE:
                shutdown_safe(state[1])
        with Timeout(DRAIN_SECONDS, False):
            while self._connections:
                sleep(0.01)

    def start(self) -> None:
        """Listen, or take the listening socket that the supervisor holds for us."""
        descriptor = config.get("HTTP_SOCKET_FD")
        if descriptor is None:
            super().start()
        elif not self._starting:
            self._starting = True
            self._sock = GreenSocket(socket.socket(fileno=os.dup(descriptor)))
            self._sock.settimeout(None)
            self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app())
            self._gt = self.container.spawn_managed_thread(self.run)

    def get_wsgi_app(self) -> Callable[..., Iterable[bytes]]:
        """The WSGI application."""
        (entrypoint,) = self._providers

        def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            response: Response = entrypoint.handle(Request(environ))
            return response(environ, start)

        return application

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **_: Any) -> Any:
        """eventlet's server, with a limit on silent clients."""
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=QuietProtocol,
            debug=False,
            log=logging.getLogger(__name__),
            log_output=False,
            socket_timeout=SOCKET_SECONDS,
            capitalize_response_headers=False,
        )


class Edge(HttpRequestHandler):
    """The entrypoint: its method gets the request and returns the response."""

    server = GatewayServer()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("GET", "/", **kwargs)

    def stop(self) -> None:
        """Drain now: nameko stops the server only together with the ways to the services."""
        self.server.drain()
        super().stop()

    def handle(self, request: Request) -> Response:
        """Serve a request in a worker, or tell the client to come back when all are busy."""
        if self.container._worker_pool.free() <= 0:
            language = requests.language_of(request)
            return responses.problem(Unavailable(), language, requests.request_id_of(request))
        request.path_values = {}  # type: ignore[attr-defined]
        response: Response = self.handle_request(request)
        return response


edge = Edge.decorator
