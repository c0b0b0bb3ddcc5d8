"""One supervisord per stack: it starts every process and brings back what dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from infra.local.state import ROOT, State, write

LISTEN_BACKLOG = 1024


@dataclass(frozen=True)
class Program:
    """A process to supervise, or several of one kind.

    autostart: as soon as supervisord starts. stop_group: its children get the stop signal too.
    listen: a port of 127.0.0.1 that supervisord holds open; the processes find it as descriptor 0.
    processes: how many; with `listen` they are named name-0, name-1 and so on.
    numbered: variables to whose value each process' number is appended.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    directory: Path = ROOT
    stop_signal: str = "TERM"
    autostart: bool = False
    stop_seconds: int = 10
    stop_group: bool = False
    listen: int | None = None
    processes: int = 1
    numbered: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Starts, asks and stops the supervisord of one stack.

    A name is that of one process, or of a program and then means all its processes.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._socket = state.runtime / "supervisor.sock"

    def configure(self, programs: Iterable[Program]) -> None:
        """Write the configuration; a running supervisord looks at it in `reconfigure` only."""
        parts = [self._main(), *(self._program(program) for program in programs)]
        write(self._state.supervisor_conf, "\n".join(parts))

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start supervisord in the background, unless it runs. Returns when it answers.

        environment: what all processes inherit; our own if not given.
        """
        if self.is_running():
            return
        command = [sys.executable, "-m", "infra.local.supervisord"]
        subprocess.run(
            [*command, "-c", str(self._state.supervisor_conf)],
            check=True, cwd=ROOT, env=dict(environment or os.environ),
        )  # fmt: skip
        wait_for(self.is_running, 15, "supervisord does not answer")

    def is_running(self) -> bool:
        """Whether supervisord answers."""
        if not self._socket.exists():
            return False
        try:
            state: dict[str, Any] = self._call("getState")
        except (OSError, xmlrpc.client.Error):
            return False
        return bool(state["statename"] == "RUNNING")

    def stop(self) -> None:
        """Stop all processes and supervisord itself; returns when it has ended."""
        if not self.is_running():
            return
        pid = self._call("getPID")
        self._call("shutdown")
        wait_for(lambda: not Path(f"/proc/{pid}").exists(), 60, "supervisord does not stop")

    def processes(self) -> dict[str, dict[str, Any]]:
        """What supervisord knows of each process, by name."""
        return {info["name"]: info for info in self._call("getAllProcessInfo")}

    def members(self, name: str) -> list[str]:
        """The processes of a program in the order of their numbers; or the process itself.

        Raises KeyError if there is neither.
        """
        found = [one for one, info in self.processes().items() if name in (one, info["group"])]
        if not found:
            raise KeyError(name)
        return sorted(found)

    def start_process(self, name: str) -> None:
        """Start what does not run; returns at once."""
        known = self.processes()
        for one in self.members(name):
            if known[one]["statename"] not in ("RUNNING", "STARTING"):
                self._order("startProcess", known[one], False, Faults.ALREADY_STARTED)

    def stop_process(self, name: str) -> None:
        """Stop what runs; returns when it has ended."""
        known = self.processes()
        for one in self.members(name):
            if known[one]["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
                self._order("stopProcess", known[one], True, Faults.NOT_RUNNING)

    def reconfigure(self) -> list[str]:
        """Read the configuration again; return the programs whose part of it has changed."""
        ((added, changed, _removed),) = self._call("reloadConfig")
        for name in added:
            self._call("addProcessGroup", name)
        return list(changed)

    def replace(self, name: str) -> None:
        """Stop a program and take its new configuration; it does not run then."""
        self.stop_process(name)
        self._call("removeProcessGroup", name)
        self._call("addProcessGroup", name)

    def _order(self, method: str, info: dict[str, Any], wait: bool, needless: int) -> None:
        try:
            self._call(method, f"{info['group']}:{info['name']}", wait)
        except xmlrpc.client.Fault as fault:
            # it came or went by itself since we looked
            if fault.faultCode != needless:
                raise

    def _call(self, method: str, *arguments: Any) -> Any:
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._socket}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        finally:
            transport.close()

    def _main(self) -> str:
        logs = self._state.logs.resolve()
        return (
            f"[unix_http_server]\nfile={self._socket}\nchmod=0700\n"
            f"[supervisord]\nlogfile={logs}/supervisord.log\nloglevel=warn\n"
            f"pidfile={self._state.runtime}/supervisord.pid\nchildlogdir={logs}\n"
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
        )

    def _program(self, program: Program) -> str:
        log = f"{_escape(str(self._state.logs.resolve()))}/{_process_name(program)}.log"
        lines = [
            *_header(program),
            f"command={_escape(' '.join(_quote(part) for part in program.command))}",
            f"directory={program.directory}",
            f"environment={_environment(program)}",
            f"autostart={str(program.autostart).lower()}",
            "autorestart=true",
            "startsecs=1",
            "startretries=1000000",
            f"stopsignal={program.stop_signal}",
            f"stopwaitsecs={program.stop_seconds}",
            f"stopasgroup={str(program.stop_group).lower()}",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={log}",
            "stdout_logfile_maxbytes=20MB",
            "stdout_logfile_backups=2",
        ]
        if program.user:
            lines.append(f"user={program.user}")
        return "\n".join(lines) + "\n"


def wait_for(condition: Any, seconds: float, complaint: str) -> None:
    """Ask again and again until `condition()` is true. Raises TimeoutError with the complaint."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(complaint)
        time.sleep(0.1)


_NUMBER = "%(process_num)d"


def _header(program: Program) -> list[str]:
    if program.listen is None:
        return [f"[program:{program.name}]"]
    return [
        f"[fcgi-program:{program.name}]",
        f"socket=tcp://127.0.0.1:{program.listen}",
        f"socket_backlog={LISTEN_BACKLOG}",
        f"process_name={_process_name(program)}",
        f"numprocs={program.processes}",
    ]


def _process_name(program: Program) -> str:
    return program.name if program.listen is None else f"{program.name}-{_NUMBER}"


def _environment(program: Program) -> str:
    values = {name: _escape(value) for name, value in program.environment.items()}
    values |= {name: f"{_escape(value)}{_NUMBER}" for name, value in program.numbered.items()}
    return ",".join(f'{name}="{value}"' for name, value in values.items())


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _quote(part: str) -> str:
    return f'"{part}"' if " " in part or "," in part else part
