"""What each process of a stack finds in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import GATEWAY_SETTINGS, SERVICES, TRACE_SETTINGS, State
from infra.vault.needs import NEEDS


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
            "AMQP_URL": self.rabbitmq.url_of(process.partition("-")[0]),
            "ADMIN_PORT": str(self.state.admin_port(process)),
            "CITY_PACK": str(self.state.city_pack),
            "LOG_LEVEL": "INFO",
            # the warning names a plan that the decision records already hold
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
            "PYTHONUNBUFFERED": "1",
            # what is larger goes back to the system when it is freed: a password costs 19 MiB
            "MALLOC_MMAP_THRESHOLD_": "1048576",
        }
        if self._knows_no_names:
            # eventlet's resolver keeps 8 MB in each process
            common["EVENTLET_NO_GREENDNS"] = "yes"
        common |= self._given(TRACE_SETTINGS)
        own = self._of_vault(process.partition("-")[0])
        own |= self._service(process) if process in SERVICES else self._gateway()
        if self.clock_offset and process != "registry":
            own["CLOCK_OFFSET_SECONDS"] = str(self.clock_offset)
        return common | own | dict(self.extra)

    @property
    def _knows_no_names(self) -> bool:
        """Whether all is on 127.0.0.1; to find a name's address may take a while."""
        given = self._given(("SMTP_URL", "OTLP_ENDPOINT"))
        return not (self.postgres.external or self.rabbitmq.external or given)

    def _given(self, names: tuple[str, ...]) -> dict[str, str]:
        return {name: given for name in names if (given := self.state.given(name))}

    def _of_vault(self, process: str) -> dict[str, str]:
        needs, vault = NEEDS[process], self.state
        keys = {variable: vault.secret(name) for variable, name in needs.keys.items()}
        keys |= {variable: vault.key(name) for variable, name in needs.public.items()}
        files = {variable: str(file.resolve()) for variable, file in keys.items()}
        return needs.in_environment(vault) | files

    def _gateway(self) -> dict[str, str]:
        return self._given(GATEWAY_SETTINGS) | {
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.port),
            "HTTP_SOCKET_FD": "0",
            "FILES_URL": self._files_url(),
            "SERVICE_ADDRESSES": ",".join(
                f"{name}=127.0.0.1:{self.state.admin_port(name)}" for name in SERVICES
            ),
        }

    def _service(self, name: str) -> dict[str, str]:
        app_url, owner_url = self.postgres.urls(name)
        own = {
            "DATABASE_URL": app_url,
            "MIGRATION_DATABASE_URL": owner_url,
        }
        if name == "notify":
            own |= self._mail()
        if name == "reports":
            own["FILES_URL"] = self._files_url()
        return own

    def _mail(self) -> dict[str, str]:
        given = self.state.given("SMTP_URL")
        return {
            "SMTP_URL": given or f"smtp://127.0.0.1:{self.state.ports()['smtp']}",
            "MAIL_FROM": self.state.given("MAIL_FROM") or "no-reply@kota.example",
            "PUBLIC_URL": self.state.given("PUBLIC_URL") or f"http://127.0.0.1:{self.port}",
        }

    def _files_url(self) -> str:
        return self.state.files.resolve().as_uri()
