"""What is counted of e-mail. No label ever names a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

_ATTEMPTS = Counter("kota_mail_attempts_total", "Messages handed over, or not", ["outcome"])
_SKIPPED = Counter("kota_mail_skipped_total", "Messages that need not be sent", ["reason"])
_WAITING = Gauge("kota_mail_queue_messages", "Messages to be sent, counted up to 10,000")
_AGE = Gauge("kota_mail_queue_age_seconds", "Age of the oldest message to be sent")


def attempted(outcome: str) -> None:
    """One attempt ended."""
    _ATTEMPTS.labels(outcome).inc()


def skipped(reason: str) -> None:
    """One message was not to be sent."""
    _SKIPPED.labels(reason).inc()


def queued(messages: int, age_seconds: float) -> None:
    """State of the queue."""
    _WAITING.set(messages)
    _AGE.set(max(0.0, age_seconds))
