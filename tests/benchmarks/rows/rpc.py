"""a: HTTP → RPC → JSON, beside stock nameko and FastAPI with aio-pika.

Everybody answers with the same document; ours also limits rates, reads tokens, validates both ways,
counts, traces, and sends through an outlet per process. The contestants take turns, so that what
else goes on in the machine strikes all alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import fmean

from tests.benchmarks.figures import Figure, Outcome, less, more
from tests.benchmarks.load import Plan, run
from tests.benchmarks.measure import Meter
from tests.benchmarks.peers.contestants import DOCUMENT, fastapi_aiopika, stock_nameko
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage

WORKERS = 16
OURS, STOCK, AIOPIKA = "kota", "stock nameko", "FastAPI + aio-pika"
CPU_OF_STOCK, CPU_OF_AIOPIKA, RATE_OF_STOCK = 0.4, 1.25, 2.5


@dataclass(frozen=True)
class _Contestant:
    port: int
    groups: Mapping[str, list[int]]


@dataclass(frozen=True)
class _Turn:
    rate: float
    cpu: Mapping[str, float]
    load: float
    refused: int

    @property
    def total(self) -> float:
        """Microseconds of CPU a request, the load's own left out."""
        return sum(self.cpu.values())


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Let them take turns."""
    with ExitStack() as running:
        contestants = _contestants(stage, running)
        turns: dict[str, list[_Turn]] = defaultdict(list)
        for one in contestants.values():
            _turn(one, 1.0)
        for _ in range(scale.rounds):
            for name, one in contestants.items():
                turns[name].append(_turn(one, scale.seconds))
    return Outcome([*_ratios(turns), *_shown(turns)], _notes(turns))


def _contestants(stage: Stage, running: ExitStack) -> dict[str, _Contestant]:
    broker = stage.pids("rabbitmq")
    ours = {"gateway and service": stage.pids("gateway", "permits"), "broker": broker}
    found = {OURS: _Contestant(stage.stack.port, ours)}
    for name, start in ((STOCK, stock_nameko), (AIOPIKA, fastapi_aiopika)):
        peer = running.enter_context(start(stage))
        groups = {"gateway and service": peer.pids, "broker": broker}
        found[name] = _Contestant(peer.port, groups)
    return found


def _turn(one: _Contestant, seconds: float) -> _Turn:
    meter = Meter(one.groups)
    seen = run(Plan(one.port, "get", WORKERS, seconds, given={"paths": [DOCUMENT]}))
    if not seen.done:
        raise RuntimeError(f"nothing was answered: {seen.statuses}")
    cpu = {name: used / seen.done * 1e6 for name, used in meter.spent().items()}
    return _Turn(seen.rate, cpu, seen.cpu / seen.done * 1e6, seen.failed)


def _ratios(turns: Mapping[str, list[_Turn]]) -> list[Figure]:
    def against(other: str, of: str) -> list[float]:
        pairs = zip(turns[OURS], turns[other], strict=True)
        return [getattr(mine, of) / getattr(theirs, of) for mine, theirs in pairs]

    return [
        less("CPU a request against stock nameko", "×", against(STOCK, "total"), CPU_OF_STOCK),
        less("CPU a request against aio-pika", "×", against(AIOPIKA, "total"), CPU_OF_AIOPIKA),
        more("requests/s against stock nameko", "×", against(STOCK, "rate"), RATE_OF_STOCK),
    ]


def _shown(turns: Mapping[str, list[_Turn]]) -> list[Figure]:
    found = []
    for name, those in turns.items():
        found.append(less(f"{name}: CPU a request", "µs", [turn.total for turn in those]))
        found.append(more(f"{name}: requests", "/s", [turn.rate for turn in those]))
    return found


def _notes(turns: Mapping[str, list[_Turn]]) -> list[str]:
    def parts(those: list[_Turn]) -> str:
        groups = those[0].cpu
        means = {name: fmean(turn.cpu[name] for turn in those) for name in groups}
        return ", ".join(f"{name} {mean:.0f}" for name, mean in means.items())

    load = fmean(turn.load for those in turns.values() for turn in those)
    shares = [
        f"{name}: {parts(those)} µs; {sum(turn.refused for turn in those)} requests refused"
        for name, those in turns.items()
    ]
    return [*shares, f"the load itself: {load:.0f} µs a request, not counted above"]
