"""`kota audit`: has anybody changed, removed or cut off the trace?"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import typer

from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.kota.output import AS_JSON, age, fail, show
from services.chassis import audit_verify, seals
from services.chassis.audit_verify import Verdict

app = typer.Typer(help="The audit trace of each service.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The audit trace of each service."""


@app.command()
def verify(
    services: list[str] = typer.Argument(None, help="default: all"),
    as_json: bool = AS_JSON,
    keys: Path = typer.Option(None, help="public seal keys; default: the deployment's"),
) -> None:
    """Recompute every seal; exit 1 if anything was edited, deleted or cut off."""
    verdicts = verdicts_of(services or list(SERVICES), keys or Deployment().seal_keys)
    _print(verdicts, as_json)
    raise typer.Exit(1 if any(verdict.findings for verdict in verdicts) else 0)


def verdicts_of(services: list[str], keys: Path) -> list[Verdict]:
    """Verify these services; the databases of all are asked, since each witnesses the others."""
    try:
        public = seals.PublicKeys(keys)
    except (OSError, ValueError) as problem:
        fail(f"the public seal keys cannot be read: {problem}; name them with --keys", 2)
    with ExitStack() as stack:
        opened = {name: stack.enter_context(session(name, patient=True)) for name in SERVICES}
        return [
            audit_verify.verify(
                name, opened[name], public, [one for other, one in opened.items() if other != name]
            )
            for name in services
        ]


def _print(verdicts: list[Verdict], as_json: bool) -> None:
    columns = {
        "service": "service",
        "seals": "seals",
        "rows": "rows",
        "waiting": "not sealed yet",
        "verdict": "verdict",
    }
    rows = [asdict(verdict) for verdict in verdicts]
    words = [
        {
            "waiting": f"{v.unsealed_rows} rows, {age(v.unsealed_seconds)}"
            if v.unsealed_rows
            else "-",
            "verdict": "\n".join(v.findings) or "whole",
        }
        for v in verdicts
    ]
    shown = rows if as_json else [a | b for a, b in zip(rows, words, strict=True)]
    show(shown, columns, as_json=as_json, empty="")
