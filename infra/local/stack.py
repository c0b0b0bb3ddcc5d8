"""A complete stack: servers, databases, topology, accounts, services."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2

from infra.local import identity, packages
from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import CITY_PACK, PROCESSES, ROOT, SERVICES, State, is_free, write
from infra.local.supervisor import Program, Supervisor, wait_for

READY_SECONDS = 90

Progress = Callable[[str], None]


class NotStarted(Exception):
    """The stack did not come up; the message says why and where to look."""


class Stack:
    """The stack in one state folder.

    port: the gateway's. extra: further environment for all processes (tests turn knobs with it).
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        extra: dict[str, str] | None = None,
        progress: Progress = lambda words: None,
    ) -> None:
        self.state = State(folder)
        self.port = port
        self._extra = extra or {}
        self._say = progress
        self.state.prepare()
        self.postgres = Postgres(self.state)
        self.rabbitmq = RabbitMQ(self.state)
        self.supervisor = Supervisor(self.state)

    @property
    def base_url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Bring everything up; what is up already is left alone. Raises NotStarted."""
        self._check_port()
        if self._all_run() and self.is_ready():
            return
        self.start_servers()
        self._say("databases, migrations, topology, accounts")
        self.postgres.create_databases()
        self._prepare_services()
        write(self.state.folder / "port", str(self.port))
        self._say("services")
        for name in PROCESSES:
            self.supervisor.start_process(name)
        self._wait_ready()

    def _check_port(self) -> None:
        kept = self.state.folder / "port"
        if self.supervisor.is_running() and kept.exists() and int(kept.read_text()) != self.port:
            raise NotStarted(f"this stack runs on port {kept.read_text()}; first: make down")

    def start_servers(self) -> None:
        """PostgreSQL and RabbitMQ, and the supervisord that keeps them."""
        identity.make_keys(self.state)
        if not self.supervisor.is_running():
            if not is_free(self.port):
                raise NotStarted(f"port {self.port} is taken; choose another: PORT=8081 make up")
            self._say("private PostgreSQL and RabbitMQ")
            self._initialise_servers()
            self.supervisor.configure(self._programs())
            self.supervisor.start()
        self.wait_servers()

    def wait_servers(self) -> None:
        """Until both servers take connections."""
        try:
            wait_for(self._postgres_answers, 60, "PostgreSQL does not answer")
            wait_for(lambda: _listens(self._broker_port()), 60, "RabbitMQ does not answer")
        except TimeoutError as problem:
            raise NotStarted(f"{problem}; see {self.state.logs}") from None

    def down(self) -> None:
        """Stop everything, the servers last; the data stays."""
        if self.supervisor.is_running():
            with ThreadPoolExecutor() as pool:
                list(pool.map(self.supervisor.stop_process, PROCESSES))
        self.supervisor.stop()

    def restart_services(self) -> None:
        """Restart gateway and services, for new code."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.supervisor.stop_process, PROCESSES))
        self.up()

    def is_ready(self) -> bool:
        """Whether every service says that it is ready."""
        return self.readiness().get("ready") is True

    def readiness(self) -> dict[str, Any]:
        """What the gateway's /readyz?all=1 answers; {} if it does not."""
        try:
            address = f"{self.base_url}/readyz?all=1"
            with urllib.request.urlopen(address, timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            return _json_or_empty(error.read())
        except (OSError, ValueError):
            return {}
        return found

    def pid(self, name: str) -> int:
        """The process id of a running process; for rabbitmq of the Erlang machine itself."""
        pid = int(self.supervisor.processes()[name]["pid"])
        return _beam_under(pid) if name == "rabbitmq" else pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process of ours; return the process id it had."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one process, without what it inherits."""
        common = {
            "AMQP_URL": self.rabbitmq.url(),
            "ADMIN_PORT": str(self.state.ports()[f"{name}_admin"]),
            "AUTH_PUBLIC_KEYS": str(self.state.key("identity_jwks.json").resolve()),
            "CITY_PACK": str(CITY_PACK),
            "LOG_LEVEL": "INFO",
            # the warning names a plan that the decision records already hold
            "PYTHONWARNINGS": "ignore::DeprecationWarning",
            "PYTHONUNBUFFERED": "1",
        }
        own = self._gateway() if name == "gateway" else self._service(name)
        return common | own | self._extra

    def _gateway(self) -> dict[str, str]:
        return {
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.port),
            "SERVICE_ADDRESSES": ",".join(
                f"{name}=127.0.0.1:{self.state.ports()[f'{name}_admin']}" for name in SERVICES
            ),
        }

    def _service(self, name: str) -> dict[str, str]:
        app_url, owner_url = self.postgres.urls(name)
        own = {
            "DATABASE_URL": app_url,
            "MIGRATION_DATABASE_URL": owner_url,
            "AUDIT_SIGNING_KEY": str(self.state.secret(f"audit_{name}.json").resolve()),
        }
        if name == "registry":
            own["IDENTITY_SIGNING_KEY"] = str(
                self.state.secret("identity_signing_key.json").resolve()
            )
        if name == "reports":
            own["TRACKING_SECRET"] = self.state.password("tracking")
        return own

    def _programs(self) -> list[Program]:
        nameko = str(Path(sys.executable).parent / "nameko")
        modules = {name: f"services.{name}.service" for name in SERVICES} | {
            "gateway": "gateway.service"
        }
        return self._servers() + [
            Program(name, [nameko, "run", modules[name]], _for_process(self.environment(name)))
            for name in PROCESSES
        ]

    def _servers(self) -> list[Program]:
        programs: list[Program] = []
        if "POSTGRES_ADMIN_URL" not in os.environ:
            postgres = self.postgres
            programs.append(
                Program(
                    "postgres", postgres.command(), user=postgres.user, directory=Path("/"),
                    stop_signal="INT", autostart=True,
                )
            )  # fmt: skip
        if "AMQP_URL" not in os.environ:
            environment = self.rabbitmq.environment()
            epmd = ["epmd", "-address", "127.0.0.1", "-port", environment["ERL_EPMD_PORT"]]
            programs.append(Program("epmd", epmd, environment, autostart=True))
            programs.append(
                Program(
                    "rabbitmq", self.rabbitmq.command(), environment,
                    autostart=True, stop_seconds=30,
                    # the script around Erlang does not pass the signal on
                    stop_group=True,
                )
            )  # fmt: skip
        return programs

    def _initialise_servers(self) -> None:
        packages.ensure()
        if "POSTGRES_ADMIN_URL" not in os.environ:
            self.postgres.initialise()
        if "AMQP_URL" not in os.environ:
            self.rabbitmq.initialise()

    def _prepare_services(self) -> None:
        """Migrations of all services, the topology and the accounts, as far as possible at once."""
        for name in PROCESSES:
            write(
                self.state.folder / "environment" / f"{name}.json",
                json.dumps(self.environment(name), indent=1),
            )
        identity.make_logins(self.state)
        databases = {
            f"{variable}_{name.upper()}": self.environment(name)[variable]
            for name in SERVICES
            for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL")
        }
        jobs = [
            (["services.chassis.migrate", *SERVICES], databases),
            (["infra.kota", "topology"], {"AMQP_URL": self.rabbitmq.url()}),
        ]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda job: self._job(*job), jobs))
        self._job(
            ["services.registry.provision", str(self.state.logins.resolve())],
            self.environment("registry"),
        )

    def _job(self, module: list[str], environment: dict[str, str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *module],
            env=os.environ | environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise NotStarted(f"{module[0]} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")

    def _wait_ready(self) -> None:
        try:
            wait_for(self.is_ready, READY_SECONDS, "not ready")
        except TimeoutError:
            raise NotStarted(self._why_not_ready()) from None

    def _why_not_ready(self) -> str:
        tails = [
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            for log in sorted(self.state.logs.glob("*.log"))
        ]
        answer = json.dumps(self.readiness(), indent=1)
        return "\n".join([f"not ready after {READY_SECONDS} s: {answer}", *tails])

    def _all_run(self) -> bool:
        if not self.supervisor.is_running():
            return False
        infos = self.supervisor.processes().values()
        return all(info["statename"] == "RUNNING" for info in infos)

    def _postgres_answers(self) -> bool:
        try:
            psycopg2.connect(self.postgres.admin_url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _broker_port(self) -> int:
        tail = self.rabbitmq.url().rpartition("@")[2]
        return int(tail.partition(":")[2].partition("/")[0] or 5672)


def _for_process(environment: dict[str, str]) -> dict[str, str]:
    """A service must not even know how to connect as the owner of its database."""
    return {k: v for k, v in environment.items() if k != "MIGRATION_DATABASE_URL"}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _json_or_empty(body: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError:
        return {}
    return found


def _beam_under(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in map(int, children):
        if "beam" in Path(f"/proc/{child}/comm").read_text():
            return child
        found = _beam_under(child)
        if found != child:
            return found
    return pid
