"""The programs of a stack, as supervisord is to run them."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import GATEWAY_ADMIN_BASE, SERVICES, State
from infra.local.supervisor import Program


def programs(environment: Environment, gateways: int) -> list[Program]:
    """The private servers, the services and so many processes of the gateway."""
    servers = [
        *_postgres(environment.postgres),
        *_rabbitmq(environment.rabbitmq),
        *_mail_sink(environment.state),
    ]
    services = [_service(name, environment.of(name)) for name in SERVICES]
    return [*servers, *services, _gateway(environment, gateways)]


def _service(name: str, environment: dict[str, str]) -> Program:
    # it must not even know how to connect as the owner of its database
    environment.pop("MIGRATION_DATABASE_URL", None)
    return Program(name, _nameko(f"services.{name}.service"), environment)


def _gateway(environment: Environment, gateways: int) -> Program:
    base = environment.state.ports()[GATEWAY_ADMIN_BASE]
    return Program(
        "gateway",
        _nameko("gateway.service"),
        environment.of("gateway"),
        listen=environment.port,
        processes=gateways,
        numbered={"ADMIN_PORT": str(base // 10)},
    )


def _nameko(module: str) -> list[str]:
    return [str(Path(sys.executable).parent / "nameko"), "run", module]


def _postgres(postgres: Postgres) -> list[Program]:
    if postgres.external:
        return []
    return [
        Program(
            "postgres",
            postgres.command(),
            user=postgres.user,
            directory=Path("/"),
            stop_signal="INT",
            stop_seconds=30,
            autostart=True,
        )
    ]


def _rabbitmq(rabbitmq: RabbitMQ) -> list[Program]:
    if rabbitmq.external:
        return []
    environment = rabbitmq.environment()
    epmd = ["epmd", "-address", "127.0.0.1", "-port", environment["ERL_EPMD_PORT"]]
    return [
        Program("epmd", epmd, environment, autostart=True),
        Program(
            "rabbitmq",
            rabbitmq.command(),
            environment,
            autostart=True,
            stop_seconds=30,
            # the script around Erlang does not pass the signal on
            stop_group=True,
        ),
    ]


def _mail_sink(state: State) -> list[Program]:
    """A mail server that delivers nothing and keeps everything, unless the operator gave one."""
    if state.given("SMTP_URL"):
        return []
    command = [
        sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{state.ports()['smtp']}",
        "-c", "aiosmtpd.handlers.Mailbox", str(state.mail.resolve()),
    ]  # fmt: skip
    return [Program("mail", command, {"PYTHONWARNINGS": "ignore"}, autostart=True)]
