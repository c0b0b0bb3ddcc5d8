"""What is counted of e-mail. No label ever names a person."""

from __future__ import annotations

from prometheus_client import Counter

_ATTEMPTS = Counter("kota_mail_attempts_total", "Messages handed over, or not", ["outcome"])
_SKIPPED = Counter("kota_mail_skipped_total", "Messages that need not be sent", ["reason"])


def attempted(outcome: str) -> None:
    """One attempt ended."""
    _ATTEMPTS.labels(outcome).inc()


def skipped(reason: str) -> None:
    """One message was not to be sent."""
    _SKIPPED.labels(reason).inc()
