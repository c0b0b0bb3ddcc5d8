"""How each peer is started beside a running stage."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.postgres.databases import create_database
from services.chassis.migrate import migrate
from tests.benchmarks.peers.running import peers_python, running
from tests.benchmarks.stage import Stage
from tests.gateways import free_port

_HERE = "tests.benchmarks.peers"
_CONFIG = Path(__file__).parent / "stock_nameko" / "config.yaml"
_NAMEKO = str(Path(sys.executable).parent / "nameko")
DOCUMENT = "/v1/permit-types/pbg"


@dataclass(frozen=True)
class Peer:
    """port: where it answers. pids: of its own processes."""

    port: int
    pids: list[int]


@contextmanager
def stock_nameko(stage: Stage) -> Iterator[Peer]:
    """A gateway and a service in stock nameko, answering with our document."""
    module = f"{_HERE}.stock_nameko"
    run = [_NAMEKO, "run", "--config", str(_CONFIG)]
    with _peer(stage, [[*run, f"{module}.service"], [*run, f"{module}.gateway"]]) as peer:
        yield peer


@contextmanager
def fastapi_aiopika(stage: Stage) -> Iterator[Peer]:
    """The same in FastAPI and aio-pika."""
    python, port = peers_python(), free_port()
    gateway = [
        python, "-m", "uvicorn", f"{_HERE}.fastapi_aiopika.gateway:app", "--port", str(port),
        "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    service = [python, "-m", f"{_HERE}.fastapi_aiopika.service"]
    with _peer(stage, [service, gateway], port) as peer:
        yield peer


@contextmanager
def bare_slice(stage: Stage) -> Iterator[Peer]:
    """The life of a report with nothing around it: two gateways, reports, notify."""
    port = free_port()
    urls = {f"PEER_{line.upper()}_URL": _database(stage, line) for line in ("reports", "notify")}
    module = f"{_HERE}.bare_slice"
    gateway = [sys.executable, "-m", f"{module}.gateway", str(port)]
    others = [[sys.executable, "-m", f"{module}.{name}"] for name in ("notify", "reports")]
    environment = urls | {"PEER_AMQP_URL": stage.stack.rabbitmq.url(), "PYTHONWARNINGS": "ignore"}
    log = stage.stack.state.logs / "peers.log"
    address = f"http://127.0.0.1:{port}/"
    with running([*others, gateway, gateway], environment, ask=address, log=log) as pids:
        yield Peer(port, pids)


@contextmanager
def _peer(stage: Stage, commands: list[list[str]], port: int | None = None) -> Iterator[Peer]:
    port = port or free_port()
    state = stage.stack.state
    document = state.folder / "document.json"
    document.write_text(json.dumps(stage.client("citizen-1").get(DOCUMENT).json))
    environment = {
        "PEER_AMQP_URL": stage.stack.rabbitmq.url(),
        "PEER_PORT": str(port),
        "PEER_DOCUMENT": str(document.resolve()),
        "PYTHONWARNINGS": "ignore",
    }
    address = f"http://127.0.0.1:{port}{DOCUMENT}"
    log = state.logs / "peers.log"
    with running(commands, environment, ask=address, log=log) as pids:
        yield Peer(port, pids)


def _database(stage: Stage, line: str) -> str:
    """A migrated database as the service's own; the URL of its app role."""
    name, servers = f"bare_{line}", stage.stack.postgres
    create_database(servers.admin_url(), name, app_password="a" * 32, owner_password="b" * 32)
    app = servers.url(f"{name}_app", "a" * 32, name)
    migrate(line, servers.url(f"{name}_owner", "b" * 32, name), app)
    return app
