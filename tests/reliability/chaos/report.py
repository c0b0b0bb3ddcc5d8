"""Writes what the scenarios injected and counted into the README."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

from tests.reliability.chaos import keeper
from tests.reliability.chaos.breaks import BREAKS
from tests.reliability.chaos.load import RATE
from tests.reliability.chaos.runner import Result
from tests.reliability.chaos.scenarios import ALL

README = Path(__file__).parent.parent / "README.md"
_HEADS = (
    "| # | Fault | What was injected and counted | Requests | Settled after | Machine | Holds |"
)
BEGIN, END = "<!-- results: make chaos REPORT=1 -->", "<!-- end of results -->"


def write(file: Path = README) -> None:
    """Replace what stands between the marks."""
    text = file.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    file.write_text("\n".join([f"{before}{BEGIN}\n", *_lines(), f"\n{END}{after}"]))


def is_seen(result: Result, by: str) -> bool:
    """Whether that invariant complained; or a demand, if `by` is none."""
    return bool(result.complaints) if by == "demanded" else by in result.violations


def _lines() -> Iterator[str]:
    results = keeper.results()
    yield _where(results)
    yield ""
    yield _HEADS
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, results)
    missing = [str(number) for number in ALL if number not in {one.number for one in results}]
    if missing:
        yield ""
        yield f"Not run there: {', '.join(missing)}."
    yield ""
    yield "| Broken on purpose | Scenario | Seen by |"
    yield "|---|---|---|"
    yield from map(_broken_row, keeper.broken_results().items())


def _where(results: list[Result]) -> str:
    days = sorted({one.at[:10] for one in results if one.at})
    servers = sorted({one.servers for one in results if one.servers})
    slowest = max((one.slowness for one in results), default=1.0)
    return (
        f"{' and '.join(days[:1] + days[1:][-1:])}; Python {platform.python_version()},"
        f" {' and '.join(servers)}. *Machine* is by how much it was slower than an idle one, for"
        f" what else it did; at most {slowest}."
    )


def _row(result: Result) -> str:
    if result.skipped:
        return f"| {result.number} | {result.title} | skipped: {result.skipped} | | | | |"
    counts = ", ".join(f"{count} {name}" for name, count in _most_first(result.counts))
    holds = "yes" if result.holds else f"no: {', '.join([*result.violations, *result.complaints])}"
    notes = "; ".join(result.notes)
    title = f"{result.title}, short form" if result.is_short else result.title
    title += f", {result.rate:.0f} requests/s" if result.rate < RATE else ""
    return (
        f"| {result.number} | {title} | {notes} | {counts} | {result.settled_seconds} s |"
        f" {result.slowness} | {holds} |"
    )


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was done, then what was not."""
    return sorted(counts.items(), key=lambda one: (one[0] != "ok", one[0]))


def _broken_row(item: tuple[str, Result]) -> str:
    name, result = item
    broken = BREAKS[name.rpartition("-")[0]]
    by = broken.red[result.number]
    complaints = result.complaints if by == "demanded" else result.violations.get(by, [])
    seen = f"{by}: {complaints[0]}" if complaints else "nobody"
    return f"| {broken.what} | {result.number} | {seen} |"
