"""The whole service in the chassis' README is run, called, and stopped, word for word."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from kombu import Connection, Queue

from infra.local.stack import Stack
from infra.local.state import CITY_PACK, ROOT
from services.chassis import fields, topology
from services.chassis.chassis_contract import complete
from services.chassis.contract import Contract, Operation
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.topology import exchange
from tests.integration.conftest import Urls
from tests.kota import kota
from tests.place import free_port
from tests.waiting import eventually

Call = Callable[..., dict[str, Any]]


def contract(service: str, *operations: str) -> Contract:
    """What the topology needs to know of a service."""
    said = Text(service, id=service)
    offered = tuple(Operation(name, fields.Nothing, fields.Nothing, said) for name in operations)
    return complete(Contract(service, said, offered))


GREETINGS = contract("greetings", "greet", "nope")
ASLEEP = contract("asleep", "greet")


def readme_service() -> str:
    """The text of the README's service."""
    found = re.search(
        r"```python\n(.*?)```", (ROOT / "services/chassis/README.md").read_text(), re.DOTALL
    )
    assert found is not None
    return found[1]


@pytest.fixture
def greetings(servers: Stack, urls: Urls, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A running process of the README's service."""
    (tmp_path / "greetings.py").write_text(readme_service())
    connection = psycopg2.connect(urls[1])
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE greetings (id uuid, words text)")
    connection.close()
    topology.declare(servers.rabbitmq.url(), [GREETINGS])
    port = free_port()
    environment = os.environ | servers.environment("reports") | {
        "PYTHONPATH": f"{tmp_path}:{ROOT}",
        "AMQP_URL": servers.rabbitmq.url(),
        "DATABASE_URL": urls[0],
        "ADMIN_PORT": str(port),
        "CITY_PACK": str(CITY_PACK),
    }  # fmt: skip
    nameko = Path(sys.executable).parent / "nameko"
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        [str(nameko), "run", "greetings"], env=environment, cwd=tmp_path, stdout=log, stderr=log
    )
    eventually(lambda: _ready(port), 30, "a ready service")
    yield {"process": process, "database": urls[1], "port": port}
    process.kill()
    process.wait()
    log.close()
    # its seals would become dead letters of notify, which knows no such service
    kota(servers.state.folder, "topology", "--prune", "--with-messages")


@pytest.fixture
def call(servers: Stack) -> Iterator[Call]:
    """Calls an operation from a process of its own; {"result": …} or {"error": …, "status": …}."""
    yield from caller_to(servers.rabbitmq.url())


def caller_to(url: str) -> Iterator[Call]:
    """A calling process on the broker at `url`."""
    caller = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.chassis.rpc_caller", url],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert caller.stdin is not None and caller.stdout is not None
    stdin, stdout = caller.stdin, caller.stdout

    def ask(service: str, operation: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        line = {"service": service, "operation": operation, "body": body} | more
        stdin.write(json.dumps(line) + "\n")
        stdin.flush()
        said: dict[str, Any] = json.loads(stdout.readline())
        return said

    yield ask
    stdin.close()
    caller.wait(timeout=10)
    stdout.close()


def test_it_is_short() -> None:
    assert len(readme_service().splitlines()) < 40


def test_it_serves_publishes_and_audits(
    servers: Stack, greetings: dict[str, Any], call: Call
) -> None:
    with Connection(servers.rabbitmq.url()) as broker:
        queue = Queue(f"test.greetings.{new_id()}", exchange("greetings.events"), routing_key="#")
        queue(broker.channel()).declare()
        made = call("greetings", "greet", {"words": "halo"}, key="one")["result"]
        again = call("greetings", "greet", {"words": "halo"}, key="one")["result"]
        simple = broker.SimpleQueue(queue)
        event = simple.get(timeout=20)
        event.ack()
        simple.close()
        queue(broker.channel()).delete()
    assert made["words"] == "halo" and again == made
    assert json.loads(event.body)["data"] == made
    assert _count(greetings, "greetings") == 1
    eventually(lambda: _count(greetings, "chassis.audit_seal") == 1, what="a seal")


def test_every_failure_of_a_call_is_told_apart(
    servers: Stack, greetings: dict[str, Any], call: Call
) -> None:
    topology.declare(servers.rabbitmq.url(), [ASLEEP])
    told = {
        "wrong field": call("greetings", "greet", {"word": "x"}),
        "no operation": call("greetings", "nope", {}),
        "no service": call("nobody", "greet", {}),
        "asleep": call("asleep", "greet", {}, budget_ms=300),
    }
    with Connection(servers.rabbitmq.url()) as broker:
        topology.rpc_queue("asleep")(broker.channel()).delete()
    assert {name: said["error"] for name, said in told.items()} == {
        "wrong field": "Invalid",
        "no operation": "NotFound",
        "no service": "UnknownService",
        "asleep": "ServiceTimeout",
    }


def test_an_absent_broker_is_told_at_once() -> None:
    caller = caller_to(f"amqp://nobody:nothing@127.0.0.1:{free_port()}/")
    assert next(caller)("greetings", "greet", {})["error"] == "BrokerAway"
    assert next(caller, None) is None


def test_a_stock_nameko_client_can_call_it(servers: Stack, greetings: dict[str, Any]) -> None:
    script = (
        "import eventlet; eventlet.monkey_patch()\n"
        "import sys\n"
        "from nameko.standalone.rpc import ServiceRpcClient\n"
        "with ServiceRpcClient('greetings', uri=sys.argv[1]) as greetings:\n"
        "    print(greetings.greet(body={'words': 'stock'})['words'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, servers.rabbitmq.url()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "stock", done.stderr


def test_it_stops_cleanly(greetings: dict[str, Any]) -> None:
    process = greetings["process"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(json.load(answer)["ready"])
    except OSError:
        return False


def _count(greetings: dict[str, Any], table: str) -> int:
    connection = psycopg2.connect(greetings["database"])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        (count,) = cursor.fetchone() or (0,)
    connection.close()
    return int(count)
