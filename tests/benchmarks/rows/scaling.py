"""i: one, two and four processes of the services that do the work, on the same cores."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.local.readiness import ask
from infra.local.state import ROOT
from tests.benchmarks.figures import Outcome, more
from tests.benchmarks.measure import median
from tests.benchmarks.row import Scale
from tests.benchmarks.rows import lifecycles
from tests.benchmarks.rows.lifecycles import Turn
from tests.benchmarks.stage import Stage
from tests.gateways import free_port
from tests.waiting import eventually

COUNTS = (1, 2, 4)
WORKERS = 16
SCALED = ("reports", "notify")
KEPT = 0.95
_NAMEKO = str(Path(sys.executable).parent / "nameko")


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Take turns with more and more of them."""
    turns: dict[int, list[Turn]] = defaultdict(list)
    lifecycles.turn(stage, 1.0)
    for _ in range(scale.rounds):
        for count in COUNTS:
            with _more(stage, count - 1):
                # new processes know no plans yet, nor do their connections
                _turn(stage, scale)
                turns[count].append(_turn(stage, scale))
    rates = {count: [turn.rate for turn in turns[count]] for count in COUNTS}
    refused = sum(turn.seen.failed for count in COUNTS for turn in turns[count])
    one = median(rates[1])
    return Outcome(
        [
            more("lives with two processes against one", "×", median(rates[2]) / one, KEPT),
            more("lives with four processes against one", "×", median(rates[4]) / one, KEPT),
            *[more(f"{count} each of reports and notify: lives", "/s", rates[count])
              for count in COUNTS],
        ],
        [
            "gateway, broker, database and load share the same cores with them",
            f"{refused} lives were refused as too many, and are not among these",
        ],
    )  # fmt: skip


def _turn(stage: Stage, scale: Scale) -> Turn:
    return lifecycles.turn(stage, scale.seconds, WORKERS, may_be_busy=True)


@contextmanager
def _more(stage: Stage, count: int) -> Iterator[None]:
    """So many further processes of each."""
    with ExitStack() as stack:
        ports = [
            stack.enter_context(_process(stage, name)) for name in SCALED for _ in range(count)
        ]
        eventually(lambda: all(map(_is_ready, ports)), 90, "further processes")
        yield


def _is_ready(port: int) -> bool:
    return ask(f"http://127.0.0.1:{port}/readyz").get("ready") is True


@contextmanager
def _process(stage: Stage, name: str) -> Iterator[int]:
    port = free_port()
    with subprocess.Popen(
        [_NAMEKO, "run", f"services.{name}.service"], cwd=ROOT,
        env=stage.process_environment(name, ADMIN_PORT=str(port)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            yield port
        finally:
            process.terminate()
            process.wait(20)
