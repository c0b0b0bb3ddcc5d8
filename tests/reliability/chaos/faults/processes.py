"""Processes of services that no supervisor keeps: a second one beside, or another one instead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import leftovers
from infra.local.readiness import ask
from infra.local.stack import Stack
from infra.local.state import ROOT, is_free
from tests.waiting import eventually

ADMIN_PORTS = range(18_700, 18_740)
READY_SECONDS = 60
STOP_SECONDS = 30


@dataclass
class Extra:
    """A process of a service, started and stopped by us as a supervisor would.

    folder: where its code lies. more: further environment.
    """

    stack: Stack
    service: str
    folder: Path = ROOT
    more: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 if it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it; returns when it is ready."""
        environment = self._environment()
        with (self.stack.state.logs / f"{self.service}-extra.log").open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).parent / "nameko", "run", f"services.{self.service}.service"],
                cwd=self.folder, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        url = f"http://127.0.0.1:{environment['ADMIN_PORT']}/readyz"
        eventually(lambda: ask(url).get("ready") is True, READY_SECONDS, f"another {self.service}")

    def stop(self) -> None:
        """SIGTERM; returns when it has finished what it was at."""
        if self._process:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)
            self._process = None

    def _environment(self) -> dict[str, str]:
        port = next(port for port in ADMIN_PORTS if is_free(port))
        theirs = self.stack.environment(self.service)
        own = {"ADMIN_PORT": str(port), "PYTHONPATH": str(self.folder)}
        return leftovers.marked(self.stack.state) | theirs | own | dict(self.more)


@contextmanager
def beside(stack: Stack, service: str, folder: Path = ROOT) -> Iterator[Extra]:
    """A second process of a service, meanwhile."""
    extra = Extra(stack, service, folder)
    try:
        extra.start()
        yield extra
    finally:
        extra.stop()


@contextmanager
def instead(stack: Stack, service: str, **more: str) -> Iterator[Extra]:
    """A process with another environment in the place of the usual one, meanwhile."""
    port = str(stack.state.admin_port(service))
    extra = Extra(stack, service, more={"ADMIN_PORT": port} | more)
    stack.supervisor.stop_process(service)
    try:
        extra.start()
        yield extra
    finally:
        extra.stop()
        stack.supervisor.start_process(service)
