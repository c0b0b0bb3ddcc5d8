"""The processes of a native stack: what runs, and what it weighs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.local import leftovers
from infra.local.readiness import ask
from infra.local.state import PROCESSES, State
from infra.local.supervisor import Supervisor


def running(folder: Path) -> list[dict[str, Any]]:
    """Each process with its state, also those that lost their supervisord; [] if none runs.

    uptime_seconds; memory_mb: proportional set size of it and all below it; ready: what it says
    itself on its admin port, None for servers, which have none.
    """
    state = State(folder)
    supervisor = Supervisor(state)
    if not supervisor.is_running():
        return [_lost(name) for name in leftovers.find(state)]
    return [_process(state, name, info) for name, info in supervisor.processes().items()]


def _process(state: State, name: str, info: dict[str, Any]) -> dict[str, Any]:
    is_ours = info["group"] in PROCESSES
    address = f"http://127.0.0.1:{state.admin_port(name)}/readyz" if is_ours else None
    ready = ask(address).get("ready") is True if address else None
    return {
        "name": name,
        "pid": info["pid"] or None,
        "state": info["statename"],
        "uptime_seconds": info["now"] - info["start"] if info["pid"] else None,
        "memory_mb": tree_memory(info["pid"]) if info["pid"] else 0.0,
        "ready": ready,
        "well": info["statename"] == "RUNNING" and ready is not False,
    }


def _lost(name: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("pid", "uptime_seconds", "ready"))
    return {"name": name, "state": "LOST", "memory_mb": 0.0, "well": False} | nothing


def tree_memory(pid: int) -> float:
    """Proportional set size of a process and all below it, in megabytes."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = next((int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")), 0)
    return own / 1024 + sum(tree_memory(int(child)) for child in children)
