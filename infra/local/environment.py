"""What each process of a stack finds in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import CITY_PACK, SERVICES, State


@dataclass(frozen=True)
class Environment:
    """Makes the environments.

    port: the gateway's. extra: stands above everything else. clock_offset: seconds by which the
    city's time is moved; not registry's, whose tokens keep to the machine's clock.
    """

    state: State
    postgres: Postgres
    rabbitmq: RabbitMQ
    port: int
    extra: Mapping[str, str]
    clock_offset: int = 0

    def of(self, process: str) -> dict[str, str]:
        """The environment of a service, of the gateway (its first process) or of `gateway-N`."""
        common = {
            "AMQP_URL": self.rabbitmq.url(),
            "ADMIN_PORT": str(self.state.admin_port(process)),
            "AUTH_PUBLIC_KEYS": str(self.state.key("identity_jwks.json").resolve()),
            "CITY_PACK": str(CITY_PACK),
            "LOG_LEVEL": "INFO",
            # the warning names a plan that the decision records already hold
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
            "PYTHONUNBUFFERED": "1",
        }
        own = self._service(process) if process in SERVICES else self._gateway()
        if self.clock_offset and process != "registry":
            own["CLOCK_OFFSET_SECONDS"] = str(self.clock_offset)
        return common | own | dict(self.extra)

    def _gateway(self) -> dict[str, str]:
        return {
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.port),
            "HTTP_SOCKET_FD": "0",
            "CURSOR_SECRET": self.state.password("cursor"),
            **self._files(),
            "SERVICE_ADDRESSES": ",".join(
                f"{name}=127.0.0.1:{self.state.admin_port(name)}" for name in SERVICES
            ),
        }

    def _service(self, name: str) -> dict[str, str]:
        app_url, owner_url = self.postgres.urls(name)
        own = {
            "DATABASE_URL": app_url,
            "MIGRATION_DATABASE_URL": owner_url,
            "AUDIT_SIGNING_KEY": self._secret_file(f"audit_{name}.json"),
            "SERVICE_PUBLIC_KEYS": str(self.state.key("service_jwks.json").resolve()),
        }
        if name == "registry":
            own["IDENTITY_SIGNING_KEY"] = self._secret_file("identity_signing_key.json")
            own["CODE_SECRET"] = self.state.password("code")
        if name == "notify":
            own |= self._mail()
        if name == "reports":
            own |= {"TRACKING_SECRET": self.state.password("tracking"), **self._files()}
        return own

    def _mail(self) -> dict[str, str]:
        given = self.state.given("SMTP_URL")
        return {
            "SMTP_URL": given or f"smtp://127.0.0.1:{self.state.ports()['smtp']}",
            "MAIL_FROM": self.state.given("MAIL_FROM") or "no-reply@kota.example",
            "MAIL_LINK_SECRET": self.state.password("mail_link"),
            "PUBLIC_URL": self.state.given("PUBLIC_URL") or f"http://127.0.0.1:{self.port}",
            "SERVICE_KEY": self._secret_file("service_notify.json"),
        }

    def _files(self) -> dict[str, str]:
        # the gateway takes uploads in, reports hands them out
        return {
            "FILES_URL": self.state.files.resolve().as_uri(),
            "UPLOAD_SECRET": self.state.password("upload"),
        }

    def _secret_file(self, name: str) -> str:
        return str(self.state.secret(name).resolve())
