"""One supervisord per stack: it starts every process and brings back what dies."""

from __future__ import annotations

import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from infra.local.state import ROOT, State, write


@dataclass(frozen=True)
class Program:
    """A process to supervise.

    autostart: as soon as supervisord starts. stop_group: its children get the stop signal too.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    directory: Path = ROOT
    stop_signal: str = "TERM"
    autostart: bool = False
    stop_seconds: int = 12
    stop_group: bool = False


class Supervisor:
    """Starts, asks and stops the supervisord of one stack."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._socket = state.runtime / "supervisor.sock"

    def configure(self, programs: list[Program]) -> None:
        """Write the configuration; a running supervisord does not look at it."""
        parts = [self._main(), *(self._program(program) for program in programs)]
        write(self._state.supervisor_conf, "\n".join(parts))

    def start(self) -> None:
        """Start supervisord in the background, unless it runs. Returns when it answers."""
        if self.is_running():
            return
        command = [str(Path(sys.executable).parent / "supervisord")]
        subprocess.run([*command, "-c", str(self._state.supervisor_conf)], check=True, cwd=ROOT)
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

    def start_process(self, name: str) -> None:
        """Start one process, unless it runs."""
        if self.processes()[name]["statename"] not in ("RUNNING", "STARTING"):
            self._call("startProcess", name, False)

    def stop_process(self, name: str) -> None:
        """Stop one process; returns when it has ended."""
        if self.processes()[name]["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
            self._call("stopProcess", name, True)

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
        log = self._state.logs.resolve() / f"{program.name}.log"
        lines = [
            f"[program:{program.name}]",
            f"command={_escape(' '.join(_quote(part) for part in program.command))}",
            f"directory={program.directory}",
            f"environment={_environment(program.environment)}",
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


def _environment(values: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escape(value)}"' for name, value in values.items())


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _quote(part: str) -> str:
    return f'"{part}"' if " " in part or "," in part else part
