"""The gateway process."""

from __future__ import annotations

from typing import Any

from nameko import config
from nameko.extensions import DependencyProvider
from werkzeug.wrappers import Request, Response

from gateway import metrics
from gateway.application import Application
from gateway.calls import Calls
from gateway.cursors import Cursors
from gateway.documents import Documents
from gateway.images.converter import Converter
from gateway.live.hub import Hub
from gateway.live.sse import Streams
from gateway.open311.apps import Apps
from gateway.open311.face import Open311
from gateway.open311.submissions import Submissions
from gateway.overload import Overload
from gateway.pages import Pages
from gateway.photos import Photos
from gateway.place import Place
from gateway.policy import Policy
from gateway.public.cifs import CifsFeeds
from gateway.public.files import OpenDataFiles
from gateway.public.lists import PublicLists
from gateway.quotas import Quotas, Sent
from gateway.rates import Rates
from gateway.readiness import Readiness
from gateway.routes import CONTRACTS, By
from gateway.senders import Senders
from gateway.server import edge
from gateway.settings import Settings
from gateway.uploads import Pictures, Uploads
from services.chassis import logs, process_metrics, tracing
from services.chassis.broadcast import Broadcast
from services.chassis.capabilities import Capabilities
from services.chassis.clock import SystemClock
from services.chassis.direct_client import Caller, DirectCaller
from services.chassis.files import open_store
from services.chassis.health import AdminServer
from services.chassis.rpc_client import RpcLink
from services.chassis.settings import read_or_exit
from services.chassis.tokens import TokenVerifier
from services.notify.contract import FEED_ADVANCED


class Gateway(DependencyProvider):
    """Builds the application when the process starts."""

    link = RpcLink()
    settings: Settings

    def bind(self, container: Any, attr_name: str) -> Gateway:
        """Read the settings before any other extension looks at them."""
        bound: Gateway = super().bind(container, attr_name)
        bound.settings = read_or_exit(Settings)
        config["AMQP_URI"] = bound.settings.amqp_url
        container.max_workers = bound.settings.workers
        logs.configure("gateway", bound.settings.log_level)
        return bound

    def setup(self) -> None:
        """Build the application and the admin port."""
        direct = DirectCaller(self.settings.service_addresses or {})
        rpc = Caller(self.link, direct, CONTRACTS)
        readiness = Readiness(rpc)
        self.application = application(self.settings, rpc, readiness, self._hub())
        self._admin = AdminServer(
            self.settings.admin_host, self.settings.admin_port, readiness.checks
        )

    def start(self) -> None:
        """Open the admin port."""
        process_metrics.announce("gateway")
        tracing.start("gateway", self.settings, trusts_parent=False)
        self._admin.start()

    def stop(self) -> None:
        """Close it."""
        self._admin.stop()
        tracing.stop()

    def get_dependency(self, worker_ctx: Any) -> Application:
        """The application."""
        return self.application

    def _hub(self) -> Hub:
        settings = self.settings
        hub = Hub(most=settings.streams, most_per_address=settings.streams_per_address)
        metrics.watch("streams", settings.streams, lambda: len(hub))
        news = Broadcast(
            FEED_ADVANCED,
            on_event=lambda data: hub.publish(data["entries"]),
            on_connected=hub.end_all,
            is_wanted=lambda: len(hub) > 0,
        )
        self.link.listen(news)
        return hub


def application(settings: Settings, rpc: Caller, readiness: Readiness, hub: Hub) -> Application:
    """Everything put together."""
    clock = SystemClock(settings.clock_offset_seconds)
    verifier = TokenVerifier(settings.auth_public_keys, SystemClock())
    store = open_store(settings.files_url)
    metrics.watch_files(settings.files_url)
    cursors = Cursors(settings.cursor_secret)
    calls = Calls(rpc, cursors)
    capabilities = Capabilities(settings.upload_secret, clock)
    pictures = Pictures(Converter(), store, clock)
    rates = Rates(scale=settings.rate_limit_scale, redis_url=settings.redis_url)
    policy = Policy(proxies=settings.trusted_proxies, origins=settings.cors_origins)
    senders = Senders(settings.upload_secret)
    place = Place(policy.base_of, settings.public_url, settings.open311_contact)
    handlers = {
        By.CALL: calls.respond,
        By.DOCUMENT: Documents(readiness.own, readiness.everything).respond,
        By.UPLOAD: Uploads(pictures, capabilities).respond,
        By.PHOTO: Photos(calls, store).respond,
        By.PAGE: Pages(rpc).respond,
        By.LIST: PublicLists(rpc, cursors, place).respond,
        By.FILE: OpenDataFiles(rpc, store).respond,
        By.CIFS: CifsFeeds(rpc).respond,
        By.STREAM: Streams(rpc, hub, verifier).respond,
        By.OPEN311: Open311(
            rpc, place, Submissions(rpc, Apps(rpc), rates, senders, pictures, capabilities)
        ).respond,
    }
    quotas = Quotas(
        rates,
        {
            Sent.REPORT: settings.report_quota,
            Sent.COMMENT: settings.comment_quota,
            Sent.SUPPORT: settings.support_quota,
        },
    )
    overload = Overload(most=settings.workers)
    return Application(verifier, rates, policy, senders, quotas, overload, handlers)


class GatewayService:
    """One entrypoint; everything else is in `application.py`."""

    name = "gateway"
    application: Any = Gateway()

    @edge  # type: ignore[untyped-decorator]
    def respond(self, request: Request) -> Response:
        """Answer a request."""
        response: Response = self.application.respond(request)
        return response
