"""`make chaos`: every scenario, one after the other; exit 1 if anything does not hold."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer
from rich.console import Console

from tests.reliability.chaos.runner import Result, run
from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.scenarios import ALL
from tests.reliability.chaos.world import FOLDER, World

app = typer.Typer(add_completion=False)
console = Console(highlight=False, soft_wrap=True)
RESULTS = FOLDER / "results"


@app.command()
def chaos(
    only: str = typer.Option("", help="numbers, separated by commas; default: all"),
    quick: bool = typer.Option(False, help="the short form of those that have one"),
    afresh: bool = typer.Option(False, help="also those that held already"),
) -> None:
    """Break the city in every way of the table, and hold every promise against what is left."""
    chosen = [ALL[int(number)] for number in only.split(",") if number] or list(ALL.values())
    wanted = [one for one in chosen if afresh or only or not _held(one)]
    keeper = Keeper()
    try:
        results = [keeper.run(one, quick=quick) for one in wanted if not quick or one.quick]
    finally:
        keeper.close()
    raise typer.Exit(0 if all(result.holds for result in results) else 1)


class Keeper:
    """Keeps the world from scenario to scenario, as long as it is the right one and unharmed."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._maker: object = None

    def run(self, scenario: Scenario, *, quick: bool) -> Result:
        """Run one scenario, write down how it ended, and say so."""
        world = self._fitting(scenario)
        history = RESULTS / f"{scenario.number:02}.history.jsonl"
        history.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        console.print(f"[bold]{scenario.number:2} {scenario.title}[/bold]")

        def say(words: str) -> None:
            console.print(f"   [dim]{time.monotonic() - began:4.0f} s  {words} …[/dim]")

        result = run(scenario, world, history, fault=scenario.quick if quick else None, say=say)
        _file(scenario).write_text(json.dumps(result.data(), indent=1, ensure_ascii=False))
        _show(result)
        if not result.holds:
            self.close()
        return result

    def close(self) -> None:
        """Forget the world."""
        if self._world is not None:
            self._world.close()
            self._world = None

    def _fitting(self, scenario: Scenario) -> World:
        if self._world is None or self._maker is not scenario.world:
            self.close()
            self._world, self._maker = scenario.world(FOLDER), scenario.world
            self._world.open()
        return self._world


def _file(scenario: Scenario) -> Path:
    return RESULTS / f"{scenario.number:02}.json"


def _held(scenario: Scenario) -> bool:
    file = _file(scenario)
    return file.exists() and Result(**json.loads(file.read_text())).holds


def _show(result: Result) -> None:
    for note in result.notes:
        console.print(f"   {note}")
    console.print(
        f"   {result.counts}; settled after {result.settled_seconds} s;"
        f" the machine was {result.slowness} times slower than idle"
    )
    for complaint in result.complaints:
        console.print(f"   [red]demanded: {complaint}[/red]")
    for name, found in result.violations.items():
        for words in found[:5]:
            console.print(f"   [red]{name}: {words}[/red]")
    verdict = "[green]holds[/green]" if result.holds else "[red]does not hold[/red]"
    console.print(f"   {verdict}, {result.seconds:.0f} s")


if __name__ == "__main__":
    app()
