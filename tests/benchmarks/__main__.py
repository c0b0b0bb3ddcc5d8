"""`make bench`: measure, print a table, keep it as JSON, compare with the last run."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from infra.local.stack import NotStarted
from infra.local.state import ROOT
from tests.benchmarks.compare import Runs
from tests.benchmarks.row import QUICK, USUAL, Row, Scale
from tests.benchmarks.rows.table import ROWS
from tests.benchmarks.show import as_table
from tests.benchmarks.stage import Stage

FOLDER = Path(os.environ.get("KOTA_STATE", ROOT / ".local")) / "benchmarks"


def main(
    rows: str = typer.Option("", help="which, such as a,b; without it all"),
    quick: bool = typer.Option(False, "--quick", help="one short turn each: to see that it works"),
    full: bool = typer.Option(False, "--full", help="also what takes many minutes"),
) -> None:
    """Measure the rows that were asked for, one after the other."""
    asked = _asked(rows)
    scale = QUICK if quick else USUAL
    scale = Scale(scale.rounds, scale.seconds, full)
    console, runs = Console(), Runs(FOLDER)
    began = datetime.now(UTC)
    stage = Stage(FOLDER / "stack", lambda words: console.print(f"  [dim]{words} …[/dim]"))
    last, done = runs.last(), {}
    try:
        for row in asked:
            console.print(f"[bold]{row.letter}[/bold]  {row.title}")
            done[row.letter] = _measured(row, stage, scale)
            console.print(as_table(done[row.letter], last.get(row.letter)))
    except NotStarted as problem:
        raise SystemExit(str(problem)) from None
    finally:
        stage.close()
        if done and not quick:
            run = {"at": began.isoformat(timespec="seconds"), "machine": _machine(), "rows": done}
            console.print(f"kept in {runs.keep(run)}")


def _asked(rows: str) -> list[Row]:
    letters = [letter.strip() for letter in rows.split(",") if letter.strip()] or list(ROWS)
    unknown = [letter for letter in letters if letter not in ROWS]
    if unknown:
        known = ", ".join(ROWS)
        raise typer.BadParameter(f"there is no row {unknown[0]}; there are {known}")
    return [ROWS[letter] for letter in letters]


def _measured(row: Row, stage: Stage, scale: Scale) -> dict[str, Any]:
    began = time.monotonic()
    outcome = row.measure(stage, scale)
    return {
        "title": row.title,
        "figures": [figure.data() for figure in outcome.figures],
        "notes": list(outcome.notes),
        "seconds": round(time.monotonic() - began, 1),
        "load_average": os.getloadavg()[0],
        "commit": _commit(),
    }


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    typer.run(main)
