"""The HTTP server as a nameko extension: one entrypoint gets every request."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from werkzeug.wrappers import Request, Response

from gateway import metrics
from gateway.http.limits import MAX_UNDERWAY
from gateway.http.server import HttpServer, open_listener
from gateway.http.slots import Slots
from gateway.routes import body_limit
from services.chassis.errors import DomainError, InternalError, Unavailable

log = structlog.get_logger(__name__)

# with the four seconds of a call, an answer within five
QUEUE_SECONDS = 0.8


class Edge(Entrypoint):
    """The entrypoint: its method gets the complete request and returns the response.

    A request is read before it takes a worker, and its answer is sent after it gave it back.
    """

    def start(self) -> None:
        """Listen."""
        (gateway,) = self.container.dependencies
        settings, self._application = gateway.settings, gateway.application
        self._slots = slots = Slots(
            workers=settings.workers, queue=settings.queue, seconds=QUEUE_SECONDS
        )
        listener = open_listener(settings.http_host, settings.http_port, settings.http_socket_fd)
        self._server = HttpServer(
            listener, self._answer, self._refuse, body_limit, connections=settings.connections
        )
        self._server.start()
        metrics.watch("workers", settings.workers, lambda: slots.working)
        metrics.watch("queue", settings.queue, lambda: slots.waiting)
        metrics.watch("connections", settings.connections, lambda: self._server.connections)
        metrics.watch("body_bytes", MAX_UNDERWAY, lambda: self._server.body_bytes)

    def stop(self) -> None:
        """Take no more, and finish what has begun."""
        self._server.stop()

    def _answer(self, request: Request) -> Response:
        try:
            self._application.check_load(request)
            with self._slots.taken():
                response: Response = self._work(request)
                return response
        except DomainError as error:
            return self._refuse(error, request)

    def _refuse(self, error: DomainError, request: Request | None = None) -> Response:
        response: Response = self._application.refuse(error, request or Request({}))
        return response

    def _work(self, request: Request) -> Any:
        done = Event()
        try:
            self.container.spawn_worker(
                self, (request,), {}, handle_result=partial(self._handle_result, done)
            )
        except ContainerBeingKilled:
            raise Unavailable() from None
        return done.wait()

    def _handle_result(
        self, done: Event, worker_ctx: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        if exc_info is None:
            done.send(result)
        else:
            log.error("the worker failed", exc_info=exc_info)
            done.send_exception(InternalError())
        return result, exc_info


edge = Edge.decorator
