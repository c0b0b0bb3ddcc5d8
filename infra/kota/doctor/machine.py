"""The machine: disk, memory, ports, versions, and who may read the secrets."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.kota.deployment import Deployment
from infra.kota.doctor.finding import Finding, warning

LEAST_DISK = 2_000_000_000
LEAST_MEMORY = 300_000_000
LEAST_PYTHON = (3, 11)
_PRIVATE = 0o077


def look(here: Deployment) -> Iterator[Finding]:
    """Everything that can be seen without asking any server."""
    yield from _disk(here)
    yield from _memory()
    yield from _secrets(here.state)
    if sys.version_info < LEAST_PYTHON:
        yield Finding("versions", "this Python is too old", "use Python 3.11 or newer")
    if here.is_native:
        yield from _ports(here)


def _disk(here: Deployment) -> Iterator[Finding]:
    places = {"the state folder": here.state, "backups": Path(here.setting("BACKUP_FOLDER") or "")}
    for name, folder in places.items():
        if folder.is_dir() and str(folder) != ".":
            free = shutil.disk_usage(folder).free
            if free < LEAST_DISK:
                what = f"only {free / 1e9:.1f} GB are free where {name} is ({folder})"
                yield Finding("disk", what, "make room; RabbitMQ takes nothing below 200 MB")


def _memory() -> Iterator[Finding]:
    info = Path("/proc/meminfo")
    found = re.search(r"MemAvailable:\s+(\d+) kB", info.read_text()) if info.exists() else None
    free = int(found[1]) * 1_024 if found else LEAST_MEMORY
    if free < LEAST_MEMORY:
        what = f"only {free / 1e6:.0f} MB of memory are available"
        yield warning("memory", what, "stop something else, or add memory")


def _secrets(state: Path) -> Iterator[Finding]:
    files = [*(state / "secrets").glob("*"), *(state / "environment").glob("*")]
    for file in [*files, state / "logins.json"]:
        if file.is_file() and file.stat().st_mode & _PRIVATE:
            yield Finding("secrets", f"others may read {file}", f"chmod 600 {file}")


def _ports(here: Deployment) -> Iterator[Finding]:
    from infra.local.state import State, is_free
    from infra.local.supervisor import Supervisor

    state = State(here.state)
    if Supervisor(state).is_running():
        return
    yield Finding("processes", "the native stack does not run", "make up")
    kept = here.state / "port"
    ports = {"the gateway": int(kept.read_text())} if kept.is_file() else {}
    for name, port in (ports | state.ports()).items():
        if not name.startswith("gateway_") and not is_free(port):
            remedy = "make down ends what is left of this stack; else end what listens there"
            if name == "the gateway":
                remedy += ", or take another port: PORT=8081 make up"
            yield Finding("ports", f"port {port} ({name}) is taken", remedy)
