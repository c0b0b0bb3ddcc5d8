"""Further gateway processes beside a running stack, each with settings of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.processes import tree_memory
from infra.local.stack import Stack
from infra.local.state import ROOT
from tests.client import Client
from tests.place import free_port
from tests.waiting import eventually


@dataclass
class Gateway:
    """One process. port: where it listens."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> Client:
        """A guest of it."""
        return Client(f"http://127.0.0.1:{self.port}")

    @property
    def memory_mb(self) -> float:
        """Its proportional memory."""
        return tree_memory(self.process.pid)

    def stop(self, seconds: float = 10.0) -> int:
        """SIGTERM; the exit code. Fails if it takes longer."""
        self.process.terminate()
        return self.process.wait(seconds)


@contextmanager
def gateway(stack: Stack, **settings: str) -> Iterator[Gateway]:
    """Run a gateway on the stack's services."""
    port, admin = free_port(), free_port()
    own = {"HTTP_PORT": str(port), "ADMIN_PORT": str(admin)} | settings
    environment = {**os.environ, **stack.environment("gateway"), **own}
    environment.pop("HTTP_SOCKET_FD", None)
    nameko = str(Path(sys.executable).parent / "nameko")
    with subprocess.Popen(
        [nameko, "run", "gateway.service"], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        found = Gateway(port, process)
        try:
            eventually(lambda: process.poll() is None and _is_ready(found), what="the gateway")
            yield found
        finally:
            process.kill()


def _is_ready(found: Gateway) -> bool:
    """Serving, and hearing the broker: before that streams would be ended once."""
    try:
        answer = found.client.get("/readyz")
    except OSError:
        return False
    return answer.status == 200 and bool(answer.json["checks"]["broker"] == "ok")
