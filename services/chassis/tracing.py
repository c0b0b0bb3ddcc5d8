"""Spans around what is done for somebody, if the operator wants them (OTLP_ENDPOINT).

    with tracing.span("submit_report", Kind.SERVER, parent=headers.traceparent) as span:
        ...
        span.outcome("ok")

Without a recorder a span is nothing but the traceparent that goes on, and nothing is imported;
`otlp.py` is the recorder. Attributes and names come from the source, never from what people sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from types import TracebackType
from typing import Protocol

from eventlet import Timeout

from services.chassis.call import new_traceparent
from services.chassis.settings import ProcessSettings


class Kind(StrEnum):
    """What a span stands for, in OpenTelemetry's words."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"


Attributes = Mapping[str, str | int]


class Span(Protocol):
    """One thing that is done. traceparent: what others who are asked meanwhile are given."""

    @property
    def traceparent(self) -> str:
        """The W3C traceparent that has this span as parent."""
        ...

    def rename(self, name: str, attributes: Attributes) -> None:
        """What it is was found out later."""
        ...

    def outcome(self, outcome: str, *, failed: bool = False) -> None:
        """How it ended: `ok` or a code; failed: the fault is ours."""
        ...


class Recorder(Protocol):
    """Records spans."""

    def span(
        self, name: str, kind: Kind, parent: str | None, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """A span that lasts as long as its block."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class Unrecorded:
    """A span that nobody records."""

    def __init__(self, parent: str | None) -> None:
        self.traceparent = parent or new_traceparent()

    def __enter__(self) -> Unrecorded:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """There is nothing to end."""

    def rename(self, name: str, attributes: Attributes) -> None:
        """There is nothing to rename."""

    def outcome(self, outcome: str, *, failed: bool = False) -> None:
        """Nobody asks."""


SHUTDOWN_SECONDS = 1.0
_recorder: Recorder | None = None


def start(service: str, settings: ProcessSettings, *, trusts_parent: bool = True) -> None:
    """Record spans if the settings name a collector; that it is away is no obstacle.

    trusts_parent: whether callers decide if their trace is recorded.
    """
    if settings.otlp_endpoint is None:
        return
    # heavy, and needed only here
    from services.chassis.otlp import OtlpRecorder

    record_with(
        OtlpRecorder(
            service,
            settings.otlp_endpoint,
            ratio=settings.trace_ratio,
            trusts_parent=trusts_parent,
        )
    )


def stop() -> None:
    """Send what is left, within SHUTDOWN_SECONDS; record no more."""
    recorder = _recorder
    record_with(None)
    if recorder is not None:
        with Timeout(SHUTDOWN_SECONDS, False):
            recorder.close()


def record_with(recorder: Recorder | None) -> None:
    """Let spans of this process be recorded from now on, or no more."""
    global _recorder
    _recorder = recorder


def span(
    name: str, kind: Kind, parent: str | None, attributes: Attributes | None = None
) -> AbstractContextManager[Span]:
    """A span of this process; without a `parent` it begins a trace."""
    if _recorder is None:
        return Unrecorded(parent)
    return _recorder.span(name, kind, parent, attributes or {})
