"""Logs are JSON lines on standard output, and hold nothing personal or secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

MASK = "[redacted]"
_SENSITIVE = re.compile(
    r"auth|token|passw|secret|cookie|e?_?mail|phone|nik$|^kk$|address|description|contact|body"
    r"|login|tracking|^code$",
    re.IGNORECASE,
)
# chance puts runs of digits into ids of requests, traces and cases that look like people's numbers
_IDENTIFIER = r"\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})\b"
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[e-mail]"),
    (re.compile(rf"({_IDENTIFIER})|(?<!\d)\d{{16}}(?!\d)"), lambda found: found[1] or "[nik]"),
    (
        re.compile(rf"({_IDENTIFIER})|(?<!\d)(?:\+62[ -]?|62|08)\d[\d -]{{7,12}}\d"),
        lambda found: found[1] or "[phone]",
    ),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(\w+://[^:/\s]+:)[^@\s]+@"), r"\1[secret]@"),
)
# what structlog needs of its own, and takes out again before anything is written
_META = frozenset(("_record", "_from_structlog"))
_NOISY = ("amqp", "kombu", "alembic", "nameko", "urllib3")


def configure(service: str, level: str) -> None:
    """Send structlog and the standard library's logging through one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Named(service),
        redact,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def bind(request_id: str, traceparent: str | None) -> None:
    """Let every later line of this green thread say for which request and trace it was written."""
    trace_id = traceparent.split("-")[1] if traceparent else None
    structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=trace_id)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask values under telling names at any depth, and telling patterns in any text.

    What is neither a number nor a collection is searched as the text that would be written.
    """
    for key, value in event.items():
        if key not in _META:
            event[key] = _masked(key, value)
    return event


def _masked(key: str, value: Any) -> Any:
    if _SENSITIVE.search(key):
        return MASK
    if isinstance(value, dict):
        return {_clean(str(inner)): _masked(str(inner), item) for inner, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked("", item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _clean(_written(value))


def _written(value: Any) -> str:
    try:
        return repr(value) if isinstance(value, BaseException) else str(value)
    except Exception:  # a line of the log must not fail a request
        return f"<{type(value).__name__}>"


def _clean(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class _Named:
    """Adds the service's name."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["service"] = self._service
        return event
