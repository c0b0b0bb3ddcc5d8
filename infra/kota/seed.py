"""`kota seed`: synthetic reports, to try things out or to see how the platform does with many."""

from __future__ import annotations

import re
import time

import typer

from infra.kota.databases import session
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, fail, print_json, progress
from infra.kota.seeding import CannotSeed, Plan
from infra.kota.seeding import seed as make
from services.chassis.errors import DomainError
from services.reports import seeding_repository

_NAME = re.compile(r"[a-z0-9-]{1,32}")


def seed(
    reports: int = typer.Option(1_000, min=1, max=5_000_000, help="how many"),
    name: str = typer.Option("demo", "--seed", help="the same seed makes the same reports"),
    days: int = typer.Option(365, min=1, max=3_650, help="spread over so many days until now"),
    among_real: bool = typer.Option(
        False, "--among-real", help="also where real reports are; they cannot be told out again"
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Make synthetic reports that have lived; run again after an interruption, it goes on.

    No events are published and nobody is told; new reports and actions go on as always.
    """
    if not _NAME.fullmatch(name):
        raise typer.BadParameter(
            "small letters, digits and hyphens, at most 32", param_hint="--seed"
        )
    plan = Plan(name, reports, days)
    began = time.monotonic()
    try:
        _check_alone(among_real)
        with progress() as bar:
            task = bar.add_task("reports", total=reports)
            made = make(Deployment(), plan, lambda count: bar.advance(task, count))
    except CannotSeed as problem:
        fail(str(problem))
    except DomainError as problem:
        fail(str(problem.title))
    seconds = time.monotonic() - began
    if as_json:
        print_json({"reports": reports, "made": made, "seconds": round(seconds, 1)})
    else:
        typer.echo(f"{made} reports made in {seconds:.1f} s, {reports - made} were there")


def _check_alone(among_real: bool) -> None:
    with session("reports", owner=True, patient=True) as opened:
        if not among_real and seeding_repository.has_real_reports(opened):
            fail("there are real reports here; to mix synthetic ones among them: --among-real")
