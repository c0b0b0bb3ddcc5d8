"""What is counted of terms and their alarms. No label ever names a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

_RUNG = Counter("kota_alarms_rung_total", "Alarms that rang", ["alarm"])
_FAILED = Counter("kota_alarms_failed_total", "Alarms that failed and were postponed")
_DUE = Gauge("kota_alarms_due", "Alarms that should have rung by now, counted up to 10,000")
_LATE = Gauge("kota_alarms_late_seconds", "How long ago the oldest of them should have rung")


def rung(alarm: str) -> None:
    """One alarm rang."""
    _RUNG.labels(alarm).inc()


def failed() -> None:
    """One alarm could not ring."""
    _FAILED.inc()


def due(alarms: int, late_seconds: float) -> None:
    """What should have rung by now."""
    _DUE.set(alarms)
    _LATE.set(max(0.0, late_seconds))
