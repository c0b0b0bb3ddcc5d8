"""`kota doctor`: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

import typer

from infra.kota.deployment import Deployment
from infra.kota.doctor import keeping, machine, running, servers
from infra.kota.doctor.finding import Finding
from infra.kota.output import AS_JSON, progress, show

Look = Callable[[Deployment], Iterable[Finding]]
LOOKS: dict[str, Look] = {
    "the machine": machine.look,
    "servers": servers.look,
    "services": running.look,
    "city pack and backups": keeping.look,
}
_COLUMNS = {"kind": "", "area": "area", "what": "what is wrong", "remedy": "what to do"}


def doctor(as_json: bool = AS_JSON) -> None:
    """Look for everything that is known to go wrong; exit 1 if there is a problem."""
    found = list(findings(Deployment()))
    rows = [
        asdict(one) | {"kind": "problem" if one.is_problem else "warning"}
        for one in sorted(found, key=lambda one: not one.is_problem)
    ]
    show(rows, _COLUMNS, as_json=as_json, empty="nothing is wrong")
    raise typer.Exit(1 if any(one.is_problem for one in found) else 0)


def findings(here: Deployment) -> Iterator[Finding]:
    """Everything that is found, area by area."""
    with progress() as bar:
        task = bar.add_task("doctor", total=len(LOOKS))
        for name, look in LOOKS.items():
            bar.update(task, description=name)
            yield from look(here)
            bar.advance(task)
