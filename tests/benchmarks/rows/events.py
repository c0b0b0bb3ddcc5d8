"""d: the relay from a backlog, a consumer with its inbox, and whether a backlog makes them slow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.contract import EventType
from services.notify.contract import KEEP_FOLLOWERS, TELL_PEOPLE
from services.reports.contract import FOLLOWER_CHANGED, SUBMITTED
from tests.benchmarks import backlog
from tests.benchmarks.figures import Outcome, less, more
from tests.benchmarks.measure import Meter, median
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage
from tests.waiting import eventually

RELAYED, CONSUMED, FLAT = 3_000.0, 800.0, 1.25
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TURN = 2_000
# the relay's first batch is not counted, and its last may be a whole one more
MARGIN = 600
_HANDLED = """
SELECT count(*), extract(epoch FROM max(received_at) - min(received_at))
FROM chassis.inbox WHERE handler = %s AND received_at > %s"""


def measure(stage: Stage, scale: Scale) -> Outcome:
    """First the relay with nobody who consumes, then consumers with nobody who publishes."""
    with _stopped(stage, "reports", "notify"):
        rates, costs = _relay(stage, scale)
    events = TURN * scale.rounds
    with _stopped(stage, "reports"):
        small = _consume(stage, FOLLOWER_CHANGED, KEEP_FOLLOWERS.handler, events)
        large = _consume(stage, SUBMITTED, TELL_PEOPLE.handler, events)
    sizes = list(rates)
    flat = median(costs[sizes[-1]]) / median(costs[sizes[0]])
    return Outcome(
        [
            more("relayed", "/s", rates[sizes[-1]], RELAYED),
            less(f"cost an event with {sizes[-1]:,} waiting against {sizes[0]:,}", "×", flat, FLAT),
            more("consumed by the smallest handler", "/s", small[0], CONSUMED),
            more("consumed by tell_people", "/s", large[0]),
            *[more(f"relayed with {size:,} waiting", "/s", rates[size]) for size in sizes],
            *[less(f"relay's CPU with {size:,}", "µs", costs[size]) for size in sizes],
            less("consumer's CPU an event, smallest handler", "µs", small[1]),
            less("consumer's CPU an event, tell_people", "µs", large[1]),
        ],
        [f"tell_people writes two notifications, a mail and three entries of the feed; {events}"
         " events each"],
    )  # fmt: skip


def _relay(stage: Stage, scale: Scale) -> tuple[dict[int, list[float]], dict[int, list[float]]]:
    """(events a second, µs of CPU an event) by size of the backlog."""
    rates: dict[int, list[float]] = {}
    costs: dict[int, list[float]] = {}
    sizes = SIZES[:2] if scale.rounds == 1 else SIZES
    for size in sizes:
        backlog.fill(stage, SUBMITTED, size + (TURN + MARGIN) * scale.rounds)
        turns = [backlog.relay(stage, TURN) for _ in range(scale.rounds)]
        rates[size] = [turn["events"] / turn["seconds"] for turn in turns]
        costs[size] = [turn["cpu"] / turn["events"] * 1e6 for turn in turns]
        backlog.purge(stage, TELL_PEOPLE.queue)
    backlog.fill(stage, SUBMITTED, 0)
    return rates, costs


def _consume(stage: Stage, event_type: EventType, handler: str, count: int) -> tuple[float, float]:
    """(events a second, µs of CPU an event) of one process of notify."""
    stage.stack.supervisor.stop_process("notify")
    since = stage.query("notify", "SELECT now()")[0][0]
    backlog.fill(stage, event_type, count)
    backlog.relay(stage, count)

    def handled() -> tuple[int, float]:
        number, seconds = stage.query("notify", _HANDLED, handler, since)[0]
        return int(number), float(seconds or 0.0)

    stage.stack.supervisor.start_process("notify")
    eventually(lambda: handled()[0] > 0, 60, "the first event")
    meter, before = Meter({"notify": stage.pids("notify")}), handled()[0]
    eventually(lambda: handled()[0] >= count, 120, f"{count} events")
    number, seconds = handled()
    return number / seconds, meter.spent()["notify"] / (number - before) * 1e6


@contextmanager
def _stopped(stage: Stage, *names: str) -> Iterator[None]:
    supervisor = stage.stack.supervisor
    for name in names:
        supervisor.stop_process(name)
    try:
        yield
    finally:
        for name in names:
            supervisor.start_process(name)
        eventually(stage.stack.is_ready, 60, "the stack")
