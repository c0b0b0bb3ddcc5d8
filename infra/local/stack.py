"""A complete stack: servers, databases, topology, accounts, services."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from infra.local import leftovers, packages, postgres, rabbitmq
from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.preparation import NotPrepared, prepare, prepare_servers
from infra.local.programs import programs
from infra.local.rabbitmq import RabbitMQ
from infra.local.readiness import ask
from infra.local.state import (
    GATEWAY_SETTINGS,
    GATEWAYS,
    MAIL_SETTINGS,
    PROCESSES,
    TRACE_SETTINGS,
    State,
    is_free,
    write,
)
from infra.local.supervisor import Supervisor, wait_for
from infra.vault import identity

READY_SECONDS = 90
SERVER_SECONDS = 60
EXTERNAL_SECONDS = 10

Progress = Callable[[str], None]


class NotStarted(Exception):
    """The stack did not come up; the message says why and where to look."""


class Stack:
    """The stack in one state folder.

    port: the gateway's. gateways: how many processes of it share that port. extra: further
    environment for all processes (tests turn knobs with it). clock_offset: how far the city's time
    is moved, for rehearsals.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        gateways: int = GATEWAYS,
        extra: dict[str, str] | None = None,
        clock_offset: timedelta = timedelta(0),
        progress: Progress = lambda words: None,
    ) -> None:
        self.state = State(folder)
        self.port = port
        self._gateways = gateways
        self._extra = extra or {}
        self._clock_offset = clock_offset
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
        self._check_gateways()
        if self._all_run() and self.is_ready():
            return
        self._begin_servers()
        self._say("databases, migrations, topology, accounts")
        self._prepare_services()
        self._take_new_settings()
        self._say("services")
        for name in PROCESSES:
            self.supervisor.start_process(name)
        self._wait_until(self.is_ready)

    def _take_new_settings(self) -> None:
        """What does not run yet starts with the settings of now: secrets may have been restored."""
        self._configure()
        known = self.supervisor.processes()
        for name in set(self.supervisor.reconfigure()) & set(PROCESSES):
            if all(known[one]["statename"] != "RUNNING" for one in self.supervisor.members(name)):
                self.supervisor.replace(name)

    def only_servers(self) -> None:
        """Run PostgreSQL and RabbitMQ alone, with a database per service, perhaps without tables.

        Whoever restores a backup wants nobody else in the databases. Raises NotStarted.
        """
        self._check_port()
        if self.supervisor.is_running():
            self._say("stopping services and gateway")
            self._stop_services()
        self.start_servers()
        prepare_servers(self._environment, self._gateways)

    def _check_port(self) -> None:
        kept = self.state.folder / "port"
        if self.supervisor.is_running() and kept.exists() and int(kept.read_text()) != self.port:
            raise NotStarted(f"this stack runs on port {kept.read_text()}; first: make down")

    def _check_gateways(self) -> None:
        running = self.supervisor.is_running() and len(self.supervisor.members("gateway"))
        if running and running != self._gateways:
            raise NotStarted(
                f"this stack runs {running} gateway processes; to change that:"
                f" GATEWAY_PROCESSES={self._gateways} make restart"
            )

    def start_servers(self) -> None:
        """PostgreSQL and RabbitMQ, and the supervisord that keeps them; both take connections."""
        self._begin_servers()
        self.wait_servers()

    def _begin_servers(self) -> None:
        identity.make_keys(self.state)
        if not self.supervisor.is_running():
            self._end_leftovers()
            if not is_free(self.port):
                raise NotStarted(f"port {self.port} is taken; choose another: PORT=8081 make up")
            self._say("PostgreSQL and RabbitMQ")
            self._initialise_servers()
            self._configure()
            self.supervisor.start(leftovers.marked(self.state))

    def wait_servers(self) -> None:
        """Until both servers take connections. Raises NotStarted."""
        self._wait_server("PostgreSQL", self.postgres)
        self._wait_server("RabbitMQ", self.rabbitmq)

    def _wait_server(self, name: str, server: Postgres | RabbitMQ) -> None:
        # our own may have to recover first
        seconds = EXTERNAL_SECONDS if server.external else SERVER_SECONDS
        try:
            wait_for(lambda: server.problem() is None, seconds, name)
        except TimeoutError:
            raise NotStarted(
                f"{name} does not answer: {server.problem()}; see {self.state.logs}"
            ) from None

    def down(self) -> None:
        """Stop everything, the servers last; the data stays."""
        if self.supervisor.is_running():
            self._stop_services()
        with suppress(TimeoutError):
            self.supervisor.stop()
        self._end_leftovers()

    def _stop_services(self) -> None:
        names = [one for name in PROCESSES for one in self.supervisor.members(name)]
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.supervisor.stop_process, names))

    def _end_leftovers(self) -> None:
        ended = leftovers.end(self.state)
        if ended:
            self._say(f"ended what had lost its supervisord: {', '.join(sorted(ended))}")

    def forget(self) -> None:
        """Remove all data, secrets and logins; call `down` first."""
        for folder in {self.postgres.data.parent, self.state.runtime, self.state.folder}:
            shutil.rmtree(folder, ignore_errors=True)

    def restart(self, *names: str) -> None:
        """Restart services and gateway for new code, one process after the other.

        names: programs or processes; default: all services, then the gateway. The next is stopped
        only when the one before says that it is ready, so somebody always serves. Raises
        NotStarted when one does not get ready; those after it run on as they were.
        """
        if not self.supervisor.is_running():
            return self.up()
        self._check_port()
        self._prepare_services()
        self._configure()
        changed = self.supervisor.reconfigure()
        for name in names or PROCESSES:
            self._restart_program(name, new_settings=name in changed)
        return self._wait_until(self.is_ready)

    def _restart_program(self, name: str, *, new_settings: bool) -> None:
        if new_settings:
            self._say(f"{name}, with new settings")
            self.supervisor.replace(name)
            return self._start_and_wait(name)
        for one in self.supervisor.members(name):
            self._say(one)
            self.supervisor.stop_process(one)
            self._start_and_wait(one)
        return None

    def _start_and_wait(self, name: str) -> None:
        self.supervisor.start_process(name)
        for one in self.supervisor.members(name):
            self._wait_until(partial(self.process_is_ready, one), one)

    def is_ready(self) -> bool:
        """Whether every service and every process of the gateway says that it is ready."""
        gateways = self.supervisor.members("gateway") if self.supervisor.is_running() else []
        return self.readiness().get("ready") is True and all(map(self.process_is_ready, gateways))

    def readiness(self) -> dict[str, Any]:
        """What the gateway's /readyz?all=1 answers; {} if it does not."""
        return ask(f"{self.base_url}/readyz?all=1")

    def process_is_ready(self, name: str) -> bool:
        """Whether a process of a service or of the gateway says on its admin port that it is."""
        answer = ask(f"http://127.0.0.1:{self.state.admin_port(name)}/readyz")
        return answer.get("ready") is True

    def pid(self, name: str) -> int:
        """The process id of a process, 0 if it does not run.

        For rabbitmq of the Erlang machine itself, for the gateway of its first process.
        """
        first = self.supervisor.members(name)[0]
        pid = int(self.supervisor.processes()[first]["pid"])
        return rabbitmq.beam_under(pid) if name == "rabbitmq" else pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process of ours; return the process id it had.

        Raises ProcessLookupError if it does not run.
        """
        pid = self.pid(name)
        if not pid:
            raise ProcessLookupError(name)
        os.kill(pid, number)
        return pid

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one process, without what it inherits; see `Environment.of`."""
        return self._environment.of(name)

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            self.state,
            self.postgres,
            self.rabbitmq,
            self.port,
            self._extra,
            int(self._clock_offset.total_seconds()),
        )

    def _configure(self) -> None:
        self.state.remember(
            postgres.ADMIN_URL,
            rabbitmq.URL,
            rabbitmq.MANAGEMENT_URL,
            *MAIL_SETTINGS,
            *GATEWAY_SETTINGS,
            *TRACE_SETTINGS,
        )
        self.supervisor.configure(programs(self._environment, self._gateways))
        write(self.state.folder / "port", str(self.port))
        write(self.state.folder / "gateways", str(self._gateways))

    def _initialise_servers(self) -> None:
        packages.ensure(
            external_postgres=bool(self.postgres.external),
            external_broker=bool(self.rabbitmq.external),
        )
        if not self.postgres.external:
            self.postgres.initialise()
        if not self.rabbitmq.external:
            self.rabbitmq.initialise()

    def _prepare_services(self) -> None:
        try:
            prepare(
                self._environment,
                self._gateways,
                await_postgres=partial(self._wait_server, "PostgreSQL", self.postgres),
                await_broker=partial(self._wait_server, "RabbitMQ", self.rabbitmq),
            )
        except NotPrepared as problem:
            raise NotStarted(str(problem)) from None

    def _wait_until(self, ready: Callable[[], bool], who: str = "the stack") -> None:
        try:
            wait_for(ready, READY_SECONDS, "not ready")
        except TimeoutError:
            raise NotStarted(self._why_not_ready(who)) from None

    def _why_not_ready(self, who: str) -> str:
        tails = [
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            for log in sorted(self.state.logs.glob("*.log"))
        ]
        answer = json.dumps(self.readiness(), indent=1)
        return "\n".join([f"{who} is not ready after {READY_SECONDS} s: {answer}", *tails])

    def _all_run(self) -> bool:
        if not self.supervisor.is_running():
            return False
        infos = self.supervisor.processes().values()
        return all(info["statename"] == "RUNNING" for info in infos)
