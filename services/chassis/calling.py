"""What every call to another service has around it, whichever way it goes: counting, and a span."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic

from services.chassis import metrics, tracing
from services.chassis.call import CallHeaders
from services.chassis.errors import DomainError


@contextmanager
def observed(service: str, operation: str, way: str, headers: CallHeaders) -> Iterator[CallHeaders]:
    """Around one call; gives the headers to send. way: `broker` or `direct`."""
    started, outcome, failed = monotonic(), "ok", False
    attributes = {"rpc.system": "nameko", "rpc.service": service, "rpc.method": operation}
    kind = tracing.Kind.CLIENT
    with tracing.span(f"{service}.{operation}", kind, headers.traceparent, attributes) as span:
        try:
            yield replace(headers, traceparent=span.traceparent)
        except DomainError as error:
            outcome, failed = error.code, error.status >= 500
            raise
        except BaseException:
            outcome, failed = "broken_off", True
            raise
        finally:
            span.outcome(outcome, failed=failed)
            metrics.call_made(service, operation, way, outcome, monotonic() - started)
