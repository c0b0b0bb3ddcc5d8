"""What supervisord makes of the configuration that we write for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.programs import programs
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import GATEWAY_ADMIN_BASE, SERVICES, State
from infra.local.supervisor import LISTEN_BACKLOG, Program, Supervisor

PORT = 8080


@pytest.fixture
def environment(state: State) -> Environment:
    return Environment(state, Postgres(state), RabbitMQ(state), PORT, {"EXTRA": "100%"})


def groups(state: State, *wanted: Program) -> dict[str, Any]:
    """The groups of processes as supervisord reads them."""
    Supervisor(state).configure(wanted)
    options = ServerOptions()
    options.realize(["-c", str(state.supervisor_conf)])
    return {group.name: group for group in options.process_group_configs}


@pytest.mark.parametrize("gateways", [1, 2, 8])
def test_gateway_processes_share_a_socket_and_nothing_else(
    state: State, environment: Environment, gateways: int
) -> None:
    gateway = groups(state, *programs(environment, gateways))["gateway"]
    assert gateway.socket_config.addr() == ("127.0.0.1", PORT)
    assert gateway.socket_config.get_backlog() == LISTEN_BACKLOG
    base = state.ports()[GATEWAY_ADMIN_BASE]
    for number, process in enumerate(gateway.process_configs):
        assert process.name == f"gateway-{number}"
        assert process.environment["ADMIN_PORT"] == str(base + number)
        assert process.environment["HTTP_SOCKET_FD"] == "0"
        assert Path(process.stdout_logfile).name == f"gateway-{number}.log"
    assert len(gateway.process_configs) == gateways


def test_what_is_configured_is_what_is_told(state: State, environment: Environment) -> None:
    found = groups(state, *programs(environment, 2))
    for name in (*SERVICES, "gateway-0", "gateway-1"):
        members = {
            process.name: process for process in found[name.partition("-")[0]].process_configs
        }
        told = environment.of(name)
        told.pop("MIGRATION_DATABASE_URL", None)
        assert members[name].environment == told
        assert members[name].stopwaitsecs == 10


def test_signs_of_percent_and_quotes_arrive(state: State) -> None:
    program = Program("x", ["echo", "50%", "a b"], {"A": "1%d", "B": "a,b=c;d"})
    (process,) = groups(state, program)["x"].process_configs
    assert process.environment == {"A": "1%d", "B": "a,b=c;d"}
    assert process.command == 'echo 50% "a b"'
