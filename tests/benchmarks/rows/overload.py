"""f: five times as many reports as can be taken, for half a minute."""

from __future__ import annotations

from tests.benchmarks.figures import Outcome, less, more
from tests.benchmarks.measure import median
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage

TIMES, SECONDS = 5.0, 30.0
PEAK_WORKERS, MOST_CONNECTIONS = 16, 600
NORMAL = 0.3
GOODPUT, P95_SECONDS = 0.8, 5.0


def measure(stage: Stage, scale: Scale) -> Outcome:
    """What can be taken, then five times that, then normal days again."""
    given = stage.crew()
    before = stage.handled()
    peaks = [
        stage.load("submit", PEAK_WORKERS, scale.seconds, given=given).rate
        for _ in range(scale.rounds)
    ]
    peak = median(peaks)
    if not peak:
        raise RuntimeError("nothing could be taken at all")
    seconds = SECONDS if scale.rounds > 1 else 5.0
    storm = stage.load("submit", MOST_CONNECTIONS, seconds, rate=TIMES * peak, given=given)
    normal = stage.load("submit", 64, scale.seconds, rate=NORMAL * peak, given=given)
    done = sum(storm.by_second[: int(seconds)]) / int(seconds)
    stage.wait_handled(before + storm.done + normal.done)
    offered = storm.done + storm.failed + storm.unsent
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(storm.statuses.items()))
    return Outcome(
        [
            more("goodput against peak", "×", done / peak, GOODPUT),
            less("p95 of a write right after", "s", normal.p95(), P95_SECONDS),
            more("peak", "/s", peaks),
            more("goodput under overload", "/s", done),
            less("p95 of what was taken under overload", "s", storm.p95()),
            less("the longest answer under overload", "s", _longest(storm.calls)),
        ],
        [
            f"offered {offered / seconds:.0f}/s for {seconds:.0f} s on up to {MOST_CONNECTIONS} "
            f"connections; answers {statuses}; {storm.unsent} found no free connection",
            f"the load took {storm.cpu / storm.seconds:.2f} of the two cores meanwhile",
        ],
    )


def _longest(calls: dict[str, dict[str, float]]) -> float:
    return max((call["max"] for call in calls.values()), default=0.0)
