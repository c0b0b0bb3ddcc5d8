"""Look into the containers of the tests' project."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from infra.local.state import ROOT
from tests.composed import compose, docker
from tests.kota import Ran
from tests.waiting import eventually


def kota(*arguments: str, stdin: str = "") -> Ran:
    """Run a command of the operator's, as operators do."""
    done = subprocess.run(
        ["./kota", *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def ids(service: str) -> list[str]:
    """The running containers of a service."""
    return compose("ps", "--quiet", service).stdout.split()


def inspect(container: str) -> dict[str, Any]:
    """What the engine knows of a container."""
    found: dict[str, Any] = json.loads(docker("inspect", container).stdout)[0]
    return found


def running() -> dict[str, str]:
    """The service of each running container."""
    lines = compose("ps", "--format", "json").stdout.splitlines()
    return {found["ID"]: found["Service"] for found in map(json.loads, lines)}


def python(container: str, code: str) -> tuple[int, str]:
    """Run code in a container of ours; the exit code and what it said."""
    done = docker("exec", container, "python", "-ISc", code, check=False)
    return done.returncode, done.stdout + done.stderr


def can_connect(container: str, host: str, port: int) -> bool:
    """Whether a container of ours gets a connection."""
    code = f"import socket; socket.create_connection(({host!r}, {port}), 3)"
    return python(container, code)[0] == 0


def address(container: str, network: str) -> str:
    """Its address on one of the project's networks."""
    networks = inspect(container)["NetworkSettings"]["Networks"]
    return str(networks[f"kota-test_{network}"]["IPAddress"])


def is_healthy(container: str) -> bool:
    """Whether its own check says so."""
    return bool(inspect(container)["State"].get("Health", {}).get("Status") == "healthy")


def wait_healthy(service: str, number: int = 1) -> list[str]:
    """So many containers of a service, once all are healthy."""
    found = lambda: [one for one in ids(service) if is_healthy(one)]  # noqa: E731
    eventually(lambda: len(found()) == number, 120, f"{number} healthy {service}")
    return found()
