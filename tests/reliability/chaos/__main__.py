"""`make chaos`: every scenario, one after the other; exit 1 if anything does not hold."""

from __future__ import annotations

import signal
from typing import NoReturn

import typer
from rich.console import Console

from tests.reliability.chaos import keeper, report
from tests.reliability.chaos.breaks import BREAKS, Break
from tests.reliability.chaos.keeper import Keeper
from tests.reliability.chaos.load import RATE
from tests.reliability.chaos.runner import Result
from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.scenarios import ALL

app = typer.Typer(add_completion=False)
console = Console(highlight=False, soft_wrap=True)


@app.command()
def chaos(
    only: str = typer.Option("", help="numbers, separated by commas; default: all"),
    quick: bool = typer.Option(False, "--quick", help="the short form of those that have one"),
    afresh: bool = typer.Option(False, "--afresh", help="also those that held already"),
    broken: str = typer.Option("", "--break", help=f"one of {', '.join(BREAKS)}, or all"),
    rate: float = typer.Option(RATE, help="requests a second; fewer where much else goes on"),
    write: bool = typer.Option(False, "--report", help="write what is known into the README"),
) -> None:
    """Break the city in every way of the table, and hold every promise against what is left."""
    signal.signal(signal.SIGTERM, _end)
    if write:
        report.write()
        return
    chosen = [ALL[int(number)] for number in only.split(",") if number] or list(ALL.values())
    with Keeper(_say, rate) as kept:
        if broken:
            well = [_broken(kept, one, chosen, quick=quick) for one in _breaks(broken)]
        else:
            well = [_run(kept, one, quick=quick) for one in _wanted(chosen, only, quick, afresh)]
    raise typer.Exit(0 if all(well) else 1)


def _wanted(chosen: list[Scenario], only: str, quick: bool, afresh: bool) -> list[Scenario]:
    """Those to run: not again what held, unless it is asked for."""
    held = set[int]()
    if not afresh and not only:
        held = {one.number for one in keeper.results() if _counts(one, quick=quick)}
    return [one for one in chosen if one.number not in held and (one.quick or not quick)]


def _counts(result: Result, *, quick: bool) -> bool:
    """Whether it need not be run again: the short form is enough only where that is asked for."""
    return result.holds and not result.skipped and result.is_short <= quick


def _breaks(name: str) -> list[Break]:
    return list(BREAKS.values()) if name == "all" else [BREAKS[name]]


def _run(kept: Keeper, scenario: Scenario, *, quick: bool) -> bool:
    console.print(f"[bold]{scenario.number:2} {scenario.title}[/bold]")
    result = kept.run(scenario, quick=quick)
    _show(result)
    console.print("   [green]holds[/green]" if result.holds else "   [red]does not hold[/red]")
    return result.holds


def _broken(kept: Keeper, broken: Break, chosen: list[Scenario], *, quick: bool) -> bool:
    """Whether each scenario that should see the break sees it."""
    well = []
    for number in broken.red.keys() & {one.number for one in chosen}:
        console.print(f"[bold]{broken.name}: {broken.what}; {ALL[number].title}[/bold]")
        result = kept.run_broken(ALL[number], broken, quick=quick)
        _show(result)
        seen = report.is_seen(result, broken.red[number])
        console.print("   [green]it is seen[/green]" if seen else "   [red]nobody sees it[/red]")
        well.append(seen)
    return all(well)


def _say(words: str) -> None:
    console.print(f"   [dim]{words} …[/dim]")


def _show(result: Result) -> None:
    if result.skipped:
        console.print(f"   [yellow]skipped: {result.skipped}[/yellow]")
        return
    for note in result.notes:
        console.print(f"   {note}")
    console.print(
        f"   {result.counts}; settled after {result.settled_seconds} s; {result.seconds:.0f} s in"
        f" all; the machine was {result.slowness} times slower than idle"
    )
    for complaint in result.complaints:
        console.print(f"   [red]demanded: {complaint}[/red]")
    for name, found in result.violations.items():
        for words in found[:5]:
            console.print(f"   [red]{name}: {words}[/red]")


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    app()
