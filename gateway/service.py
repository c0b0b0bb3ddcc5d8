"""The gateway process."""

from __future__ import annotations

from typing import Any

from nameko import config
from nameko.extensions import DependencyProvider
from werkzeug.wrappers import Request, Response

from gateway.application import Application
from gateway.documents import Documents
from gateway.readiness import Readiness
from gateway.server import edge
from gateway.settings import Settings
from services.chassis import logs
from services.chassis.clock import SystemClock
from services.chassis.direct_client import Caller, DirectCaller
from services.chassis.health import AdminServer
from services.chassis.rpc_client import RpcLink
from services.chassis.settings import read_or_exit
from services.chassis.tokens import TokenVerifier


class Gateway(DependencyProvider):
    """Builds the application when the process starts."""

    link = RpcLink()
    settings: Settings

    def bind(self, container: Any, attr_name: str) -> Gateway:
        """Read the settings before any other extension looks at them."""
        bound: Gateway = super().bind(container, attr_name)
        bound.settings = read_or_exit(Settings)
        config["AMQP_URI"] = bound.settings.amqp_url
        config["WEB_SERVER_ADDRESS"] = f"{bound.settings.http_host}:{bound.settings.http_port}"
        config["HTTP_SOCKET_FD"] = bound.settings.http_socket_fd
        container.max_workers = bound.settings.workers
        logs.configure("gateway", bound.settings.log_level)
        return bound

    def setup(self) -> None:
        """Build the application and the admin port."""
        rpc = Caller(self.link, DirectCaller(self.settings.service_addresses or {}))
        readiness = Readiness(rpc)
        verifier = TokenVerifier(self.settings.auth_public_keys, SystemClock())
        documents = Documents(readiness.own, readiness.everything)
        self.application = Application(rpc, verifier, documents)
        self._admin = AdminServer(self.settings.admin_port, readiness.checks)

    def start(self) -> None:
        """Open the admin port."""
        self._admin.start()

    def stop(self) -> None:
        """Close it."""
        self._admin.stop()

    def get_dependency(self, worker_ctx: Any) -> Application:
        """The application."""
        return self.application


class GatewayService:
    """One entrypoint; everything else is in `application.py`."""

    name = "gateway"
    application: Any = Gateway()

    @edge  # type: ignore[untyped-decorator]
    def respond(self, request: Request) -> Response:
        """Answer a request."""
        response: Response = self.application.respond(request)
        return response
