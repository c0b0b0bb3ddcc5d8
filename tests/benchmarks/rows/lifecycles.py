"""b: lives of reports, beside a bare slice of the same in the same run.

A life is over when it was created, assigned and resolved, and when all its events have been
handled: the rate is that of all lives over the time until notify has dealt with the last event.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import monotonic
from typing import Any

import psycopg2

from tests.benchmarks.figures import Figure, Outcome, less, more
from tests.benchmarks.load import Plan, Seen, run
from tests.benchmarks.measure import Meter
from tests.benchmarks.peers.contestants import bare_slice
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage
from tests.waiting import eventually

WORKERS = 8
EVENTS = 3
BUSY = "503"
RATE, OF_BARE, P95_MS = 80.0, 0.6, 200.0
_COUNT = "SELECT count(*) FROM chassis.inbox WHERE handler = 'tell_people' AND state = 'done'"


@dataclass(frozen=True)
class Turn:
    """rate: lives a second, all events handled. cpu: ms a life by group. load: the load's own."""

    seen: Seen
    rate: float
    cpu: dict[str, float]
    load: float


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Let ours and the bare one take turns."""
    ours: list[Turn] = []
    bare: list[Turn] = []
    with bare_slice(stage) as peer:
        url = stage.stack.postgres.url("bare_notify_app", "a" * 32, "bare_notify")
        groups = {"processes": peer.pids, **_servers(stage)}
        crew = {"citizens": [""], "officers": [""], "photos": ["x"]}

        def turn_of_bare(seconds: float) -> Turn:
            return _turn(peer.port, crew, groups, lambda: _count(url), seconds)

        turn_of_bare(1.0)
        turn(stage, 1.0)
        for _ in range(scale.rounds):
            ours.append(turn(stage, scale.seconds))
            bare.append(turn_of_bare(scale.seconds))
    return Outcome([*_figures(ours, bare), *_calls(ours)], _notes(ours, bare))


def turn(
    stage: Stage, seconds: float, workers: int = WORKERS, *, may_be_busy: bool = False
) -> Turn:
    """So many seconds of lives in the city. may_be_busy: what is refused as too much only does not
    count; without it any answer but success ends the row."""
    groups = stage.groups()
    groups.pop("mail sink")
    handled, allowed = stage.handled, {BUSY} if may_be_busy else set()
    return _turn(stage.stack.port, stage.crew(), groups, handled, seconds, workers, allowed)


def _turn(
    port: int,
    crew: dict[str, Any],
    groups: dict[str, list[int]],
    handled: Callable[[], int],
    seconds: float,
    workers: int = WORKERS,
    allowed: Container[str] = (),
) -> Turn:
    before, meter = handled(), Meter(groups)
    seen = run(Plan(port, "lifecycle", workers, seconds, given=crew))
    if any(not status.startswith("2") and status not in allowed for status in seen.statuses):
        raise RuntimeError(f"not everything was answered with success: {seen.statuses}")
    took = seen.seconds + _settled(handled, before + EVENTS * seen.done)
    cpu = {name: used / seen.done * 1e3 for name, used in meter.spent().items()}
    return Turn(seen, seen.done / took, cpu, seen.cpu / seen.done * 1e3)


def _settled(handled: Callable[[], int], wanted: int) -> float:
    """Wait until so many events are handled; for how many seconds."""
    began = monotonic()
    eventually(lambda: handled() >= wanted, 120, f"{wanted} events")
    return monotonic() - began


def _count(url: str) -> int:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT)
            return int((cursor.fetchone() or (0,))[0])
    finally:
        connection.close()


def _servers(stage: Stage) -> dict[str, list[int]]:
    return {"broker": stage.pids("rabbitmq"), "postgres": stage.pids("postgres")}


def _figures(ours: Sequence[Turn], bare: Sequence[Turn]) -> list[Figure]:
    ratios = [mine.rate / theirs.rate for mine, theirs in zip(ours, bare, strict=True)]
    slowest = [turn.seen.p95() * 1e3 for turn in ours]
    return [
        more("lives", "/s", [turn.rate for turn in ours], RATE),
        more("lives against the bare slice", "×", ratios, OF_BARE),
        less("p95 of the slowest call", "ms", slowest, P95_MS),
        more("bare slice: lives", "/s", [turn.rate for turn in bare]),
        less("CPU a life", "ms", [sum(turn.cpu.values()) for turn in ours]),
        less("bare slice: CPU a life", "ms", [sum(turn.cpu.values()) for turn in bare]),
    ]


def _calls(ours: Sequence[Turn]) -> list[Figure]:
    names = ours[0].seen.calls
    return [
        less(f"{name}: p95", "ms", [turn.seen.calls[name]["p95"] * 1e3 for turn in ours])
        for name in names
    ]


def _notes(ours: Sequence[Turn], bare: Sequence[Turn]) -> list[str]:
    def parts(turns: Sequence[Turn]) -> str:
        means = {name: fmean(turn.cpu[name] for turn in turns) for name in turns[0].cpu}
        return ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())

    load = fmean(turn.load for turn in (*ours, *bare))
    return [
        f"CPU a life, ms: {parts(ours)}",
        f"CPU a life of the bare slice, ms: {parts(bare)}",
        f"the load itself: {load:.2f} ms a life, not counted above, on the same two cores",
    ]
