"""l: an hour of flood: thirty reports a second beside normal reading."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from tests.benchmarks.figures import Outcome, less, more
from tests.benchmarks.load import Seen
from tests.benchmarks.row import Scale
from tests.benchmarks.rows.growth import CLUSTERS, LIST, SEARCH, STATISTICS
from tests.benchmarks.stage import Stage

REPORTS_RATE, READS_RATE = 30.0, 10.0
SECONDS, USUAL_SECONDS = 600.0, 60.0
WRITERS, READERS = 64, 16
SUBMIT_MS, HANDLED_SECONDS, KEPT = 500.0, 5.0, 0.99
CONSUMERS = ("notify", "registry", "permits", "reports")
_NOW = "SELECT clock_timestamp()"
# the id of an event says in its first 48 bits when it was made (UUIDv7); an inbox row, when a
# handler began with it
_HANDLED = """
SELECT count(*), count(*) FILTER (WHERE state <> 'done'), max(delay),
  percentile_disc(0.95) WITHIN GROUP (ORDER BY delay)
FROM (SELECT state, extract(epoch FROM received_at)
        - ('x' || left(replace(event_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0 AS delay
      FROM chassis.inbox WHERE received_at >= %s) handled"""


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Many report, others read, and all that follows is done in time."""
    seconds = SECONDS if scale.full else USUAL_SECONDS if scale.rounds > 1 else scale.seconds
    crew, before = stage.crew(), stage.handled()
    since: datetime = stage.query("notify", _NOW)[0][0]
    written, read = _both(stage, seconds, crew)
    stage.wait_handled(before + written.done)
    handled = [stage.query(service, _HANDLED, since)[0] for service in CONSUMERS]
    delays = [(worst, p95) for count, _, worst, p95 in handled if count]
    done = written.done / (written.done + written.failed + written.unsent)
    return Outcome(
        [
            less("p95 of submitting", "ms", written.calls["create"]["p95"] * 1e3, SUBMIT_MS),
            less("the last event was taken up after", "s", _largest(delays, 0), HANDLED_SECONDS),
            more("of the reports taken in", "×", done, KEPT),
            less("median of submitting", "ms", written.calls["create"]["p50"] * 1e3),
            less("the longest submission", "ms", written.calls["create"]["max"] * 1e3),
            less("p95 of the events' delay", "s", _largest(delays, 1)),
            less("p95 of reading", "ms", read.p95() * 1e3),
            less("events that are not done", "", sum(int(row[1]) for row in handled)),
        ],
        [
            f"{written.done} reports in {written.seconds:.0f} s, {written.failed} failed, "
            f"{written.unsent} found no free connection; {read.done} reads, {read.failed} failed",
            f"{sum(int(row[0]) for row in handled)} events handled by {len(delays)} services",
            f"there were {stage.query('reports', 'SELECT count(*) FROM report')[0][0]:,} reports",
        ],
    )


def _both(stage: Stage, seconds: float, crew: dict[str, Any]) -> tuple[Seen, Seen]:
    """(who writes, who reads) at the same time."""
    paths = {"paths": [*LIST, *SEARCH, *CLUSTERS, *STATISTICS]}
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(stage.load, "submit", WRITERS, seconds, rate=REPORTS_RATE, given=crew)
        reading = pool.submit(stage.load, "get", READERS, seconds, rate=READS_RATE, given=paths)
        return writing.result(), reading.result()


def _largest(delays: list[tuple[Any, Any]], which: int) -> float:
    return max((float(one[which]) for one in delays), default=0.0)
