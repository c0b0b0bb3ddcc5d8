"""`make status`: what runs, and what it weighs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.local import leftovers
from infra.local.stack import Stack
from infra.local.state import PROCESSES


def show(stack: Stack) -> int:
    """Print the table; 0 if everything is ready, else 1."""
    if not stack.supervisor.is_running():
        left = ", ".join(leftovers.find(stack.state))
        lost = f"without supervisord run: {left}; end them with: make down"
        Console().print(lost if left else "nothing runs; start with: make up")
        return 1
    ready = stack.is_ready()
    table = Table("process", "pid", "state", "uptime", "memory MB (PSS)", "ready")
    total = 0.0
    for name, info in stack.supervisor.processes().items():
        memory = tree_memory(info["pid"]) if info["pid"] else 0.0
        total += memory
        uptime = f"{(info['now'] - info['start']) // 60} min" if info["pid"] else ""
        own = _yes(stack.process_is_ready(name)) if info["group"] in PROCESSES else ""
        table.add_row(name, str(info["pid"]), info["statename"], uptime, f"{memory:.0f}", own)
    table.add_section()
    table.add_row("all", "", "", "", f"{total:.0f}", _yes(ready))
    Console().print(table)
    return 0 if ready else 1


def tree_memory(pid: int) -> float:
    """Proportional set size of a process and all below it, in megabytes."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = next((int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")), 0)
    return own / 1024 + sum(tree_memory(int(child)) for child in children)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
