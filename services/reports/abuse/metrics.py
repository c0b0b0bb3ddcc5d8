"""What is counted of abuse. No label ever names a person."""

from __future__ import annotations

from prometheus_client import Counter

_HELD = Counter("kota_reports_suspected_total", "Reports and comments that are held", ["reason"])


def held(reason: str) -> None:
    """One was held, for this reason among others."""
    _HELD.labels(reason).inc()
