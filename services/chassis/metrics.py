"""What is counted and measured. No label ever names a person."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SERVED = Counter("kota_operations_total", "Operations served", ["operation", "outcome"])
_SECONDS = Histogram("kota_operation_seconds", "Time to serve", ["operation"], buckets=_BUCKETS)
_HANDLED = Counter("kota_events_handled_total", "Events handled", ["handler", "outcome"])
_PUBLISHED = Counter("kota_events_published_total", "Events the broker confirmed")
_SEALED = Counter("kota_audit_rows_sealed_total", "Audit rows sealed")
_BACKLOG = Gauge("kota_outbox_events", "Events waiting in the outbox")
_AGE = Gauge("kota_outbox_age_seconds", "Age of the oldest event in the outbox")
_INBOX = Gauge("kota_inbox_events", "Events waiting or parked", ["handler", "state"])


def operation_served(operation: str, outcome: str, seconds: float) -> None:
    """One operation ended; outcome is `ok` or the error's code."""
    _SERVED.labels(operation, outcome).inc()
    _SECONDS.labels(operation).observe(seconds)


def event_handled(handler: str, outcome: str) -> None:
    """One event met its handler."""
    _HANDLED.labels(handler, outcome).inc()


def events_published(count: int) -> None:
    """The broker confirmed so many events."""
    _PUBLISHED.inc(count)


def rows_sealed(count: int) -> None:
    """So many audit rows were sealed."""
    _SEALED.inc(count)


def backlog(events: int, age_seconds: float) -> None:
    """State of the outbox."""
    _BACKLOG.set(events)
    _AGE.set(age_seconds)


def inbox(counts: Mapping[tuple[str, str], int]) -> None:
    """Rows per (handler, state); what is not named is none."""
    _INBOX.clear()
    for (handler, state), rows in counts.items():
        _INBOX.labels(handler, state).set(rows)
