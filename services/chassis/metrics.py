"""What every process counts and measures. No label ever names a person.

Labels take few values, all of them from the source: operations, handlers, loops, error codes. The
table of all metrics stands in infra/prometheus/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from time import monotonic

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Buckets of what somebody waits for; nothing lasts longer than five seconds."""
_DELAYS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0)

_SERVED = Counter("kota_operations_total", "Operations served", ["operation", "outcome"])
_SERVING = Histogram("kota_operation_seconds", "Time to serve", ["operation"], buckets=SECONDS)
_CALLS = Counter(
    "kota_rpc_calls_total", "Calls to other services", ["service", "operation", "way", "outcome"]
)
_CALLING = Histogram(
    "kota_rpc_call_seconds", "Time until a call was answered", ["service"], buckets=SECONDS
)
_LINK = Gauge("kota_rpc_link_up", "Whether calls go over the broker")

_HANDLED = Counter("kota_events_handled_total", "Events handled", ["handler", "outcome"])
_HANDLING = Histogram("kota_event_seconds", "Time to handle", ["handler"], buckets=SECONDS)
_DELAY = Histogram(
    "kota_event_delay_seconds", "From what happened to its effect", ["handler"], buckets=_DELAYS
)
_FAILURES = Counter("kota_event_failures_total", "Events whose handler failed", ["handler"])
_RETRIES = Counter("kota_event_retries_total", "Events given to their handler again", ["handler"])
_DEAD = Counter("kota_dead_letters_total", "Unreadable events dead-lettered", ["handler"])
_INBOX = Gauge("kota_inbox_events", "Events waiting or parked", ["handler", "state"])

_PUBLISHED = Counter("kota_events_published_total", "Events the broker confirmed")
_RETURNED = Counter("kota_events_returned_total", "Events that reached no queue and wait")
_LEADING = Gauge("kota_relay_leading", "Whether this process published last")
_BACKLOG = Gauge("kota_outbox_events", "Events waiting in the outbox, counted up to 10,000")
_AGE = Gauge("kota_outbox_age_seconds", "Age of the oldest event in the outbox")

_SEALED = Counter("kota_audit_rows_sealed_total", "Audit rows sealed")
_UNSEALED = Gauge("kota_audit_unsealed_rows", "Audit rows without a seal, counted up to 10,000")
_UNSEALED_AGE = Gauge("kota_audit_unsealed_age_seconds", "Age of the oldest row without a seal")

_LOOP_FAILURES = Counter("kota_background_failures_total", "Failed steps of a loop", ["loop"])
_LAST = Gauge("kota_background_last_success_timestamp_seconds", "Last good step", ["loop"])
_READY = Gauge("kota_ready", "Whether the process can do its work")
_CHECK = Gauge("kota_readiness_check", "1 for each check that is ok", ["check"])

_POOL_SIZE = Gauge("kota_database_pool_size", "Connections a pool may open", ["pool"])
_POOL_USED = Gauge("kota_database_pool_in_use", "Connections lent out", ["pool"])
_POOL_WAIT = Histogram(
    "kota_database_pool_wait_seconds", "Wait for a connection", ["pool"], buckets=SECONDS
)
_POOL_REFUSED = Counter(
    "kota_database_pool_refused_total", "Connections not got", ["pool", "reason"]
)
_DATABASE = Gauge("kota_database_bytes", "Size of the service's database")


@cache
def counter(metric: Counter, *labels: str | int) -> Counter:
    """What counts under those labels, looked up once: of each metric they are few."""
    return metric.labels(*labels)


@cache
def histogram(metric: Histogram, *labels: str) -> Histogram:
    """What measures under those labels."""
    return metric.labels(*labels)


def operation_served(operation: str, outcome: str, seconds: float) -> None:
    """One operation ended; outcome is `ok` or the error's code."""
    counter(_SERVED, operation, outcome).inc()
    histogram(_SERVING, operation).observe(seconds)


def call_made(service: str, operation: str, way: str, outcome: str, seconds: float) -> None:
    """One call to another service ended; way is `broker` or `direct`, outcome `ok` or a code."""
    counter(_CALLS, service, operation, way, outcome).inc()
    histogram(_CALLING, service).observe(seconds)


def link_up(is_up: bool) -> None:
    """The connection for calls came or went."""
    _LINK.set(is_up)


def expect_events(handler: str) -> None:
    """Let the counters of a handler begin at nought, so that their first step can be seen."""
    for counter in (_FAILURES, _RETRIES, _DEAD):
        counter.labels(handler)


def event_handled(handler: str, outcome: str, seconds: float) -> None:
    """One event met its handler; outcome as `Deliveries.deliver` tells it."""
    counter(_HANDLED, handler, outcome).inc()
    histogram(_HANDLING, handler).observe(seconds)


def event_took_effect(handler: str, seconds_after: float) -> None:
    """An event's handler is done, so long after what it tells of."""
    histogram(_DELAY, handler).observe(max(0.0, seconds_after))


def event_failed(handler: str) -> None:
    """A handler raised; the event is tried again later, or parked."""
    _FAILURES.labels(handler).inc()


def event_retried(handler: str) -> None:
    """A waiting event is given to its handler again."""
    _RETRIES.labels(handler).inc()


def dead_lettered(handler: str) -> None:
    """A message for this handler could not be read."""
    _DEAD.labels(handler).inc()


def inbox(counts: Mapping[tuple[str, str], int]) -> None:
    """Rows per (handler, state); what is not named is none."""
    _INBOX.clear()
    for (handler, state), rows in counts.items():
        _INBOX.labels(handler, state).set(rows)


def events_published(count: int) -> None:
    """The broker confirmed so many events."""
    _PUBLISHED.inc(count)


def event_returned() -> None:
    """An event reached no queue; it will be published again."""
    _RETURNED.inc()


def leading(is_leading: bool) -> None:
    """Whether it is this process that publishes."""
    _LEADING.set(is_leading)


def backlog(events: int, age_seconds: float) -> None:
    """State of the outbox."""
    _BACKLOG.set(events)
    _AGE.set(age_seconds)


def rows_sealed(count: int) -> None:
    """So many audit rows were sealed."""
    _SEALED.inc(count)


def unsealed(rows: int, age_seconds: float) -> None:
    """What the sealer has not come to yet."""
    _UNSEALED.set(rows)
    _UNSEALED_AGE.set(max(0.0, age_seconds))


def loop_succeeded(loop: str) -> None:
    """A loop ended a step."""
    _LAST.labels(loop).set_to_current_time()


def loop_failed(loop: str) -> None:
    """A step of a loop failed."""
    _LOOP_FAILURES.labels(loop).inc()


def readiness(checks: Mapping[str, str]) -> None:
    """The outcome of each readiness check, `ok` or a reason."""
    _CHECK.clear()
    for check, outcome in checks.items():
        _CHECK.labels(check).set(outcome == "ok")
    _READY.set(all(outcome == "ok" for outcome in checks.values()))


def database_size(size: int) -> None:
    """How large the database is, in bytes."""
    _DATABASE.set(size)


def watch_pool(pool: str, size: int, in_use: Callable[[], float]) -> None:
    """A connection pool was made; `in_use` is asked whenever somebody reads the metrics."""
    _POOL_SIZE.labels(pool).set(size)
    _POOL_USED.labels(pool).set_function(in_use)


@contextmanager
def connection_wanted(pool: str) -> Iterator[None]:
    """Around waiting for a connection of a pool."""
    started = monotonic()
    try:
        yield
    finally:
        _POOL_WAIT.labels(pool).observe(monotonic() - started)


def connection_refused(pool: str, reason: str) -> None:
    """No connection was got: `busy` (all are in use) or `away` (the server does not answer)."""
    _POOL_REFUSED.labels(pool, reason).inc()
