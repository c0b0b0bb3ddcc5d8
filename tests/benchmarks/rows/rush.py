"""k: a rush hour. 5,000 reports of 40 true jams, faster than they would come.

How far the live stream is behind counts from the moment of each change, as the service has it, to
that at which a listener has it: one machine, one clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.benchmarks.figures import Outcome, less, more
from tests.benchmarks.hearing import Heard, hearing
from tests.benchmarks.measure import Meter, median, percentile
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage
from tests.rush_hour import JAMS, REPORTS, Seen, quality, rush_hour

RATE, WORKERS, SLICES = 20.0, 64, 5
BEHIND_SECONDS, GROWTH, QUALITY = 2.0, 1.25, 0.95
QUICK_REPORTS = 400
# a field that lies in the example city
CORNER, SIZE, WAYS = (-6.355, 106.655), (11_500.0, 9_500.0), ("utara", "selatan")
_FOUND = """
SELECT r.description, i.incident_id::text FROM incident_report i JOIN report r ON r.id = i.report_id
WHERE starts_with(r.description, 'jam ')"""


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Report them slice by slice, and look at what became of them."""
    reports = REPORTS if scale.rounds > 1 else QUICK_REPORTS
    seen = rush_hour(5, CORNER, SIZE, WAYS, reports)
    bodies = [_body(number, one) for number, one in enumerate(seen)]
    crew = stage.crew()
    part = reports // SLICES
    with hearing(stage, reports / RATE * 4 + 120, "incident.") as heard:
        costs = [_slice(stage, crew, bodies[n * part : (n + 1) * part]) for n in range(SLICES)]
        done = sum(count for count, _ in costs)
        stage.wait_handled(_told(stage), handler="tell_incidents")
    behind = _behind(heard)
    precision, recall = _quality(stage, seen)
    cpu = [1e3 * seconds / count for count, seconds in costs]
    return Outcome(
        [
            more("precision", "", precision, QUALITY),
            more("recall", "", recall, QUALITY),
            less("live stream behind, p95", "s", percentile(behind, 95), BEHIND_SECONDS),
            less("live stream behind, median", "s", median(behind)),
            less("CPU a report of the last fifth, beside the first", "×", cpu[-1] / cpu[0], GROWTH),
            less("CPU a report (reports and database)", "ms", cpu),
        ],
        [f"{done} of {reports} reports of {JAMS} jams, {len(behind)} changes heard"],
    )


def _body(number: int, one: Seen) -> dict[str, Any]:
    return {
        "category": "kemacetan",
        "description": f"jam {number}",
        "lat": one.lat,
        "long": one.long,
        "attributes": {"arah": one.direction},
    }


def _slice(stage: Stage, crew: dict[str, Any], bodies: Sequence[Any]) -> tuple[int, float]:
    """(reports that succeeded, seconds of CPU that reports and the database took)."""
    groups = stage.groups()
    meter = Meter({name: groups[name] for name in ("reports", "postgres")})
    given = {"citizens": crew["citizens"], "reports": list(bodies)}
    seen = stage.load("jam", WORKERS, 600.0, rate=RATE, most=len(bodies), given=given)
    if seen.failed:
        raise RuntimeError(f"reports were refused: {seen.statuses}")
    return seen.done, sum(meter.spent().values())


def _told(stage: Stage) -> int:
    """How many changes of incidents there were in all."""
    rows = stage.query("reports", "SELECT sum(version) FROM incident WHERE version > 0")
    return int(rows[0][0])


def _quality(stage: Stage, seen: Sequence[Seen]) -> tuple[float, float]:
    found = [(int(words.split()[1]), one) for words, one in stage.query("reports", _FOUND)]
    return quality([seen[number].jam for number, _ in found], [one for _, one in found])


def _behind(heard: Heard) -> list[float]:
    """Of each change, how many seconds later it was heard."""
    return [at - datetime.fromisoformat(changed).timestamp() for _, at, changed in heard.lines()]
