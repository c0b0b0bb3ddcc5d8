"""Sends spans to an OpenTelemetry collector over OTLP/HTTP. Imported only if there is one.

Requests never wait for it: ended spans go into a bounded queue, one green thread sends them in
batches, and what finds no room or no collector is dropped and counted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests
import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan
from prometheus_client import Counter

from services.chassis.tracing import Attributes, Kind
from services.chassis.version import VERSION

log = structlog.get_logger(__name__)

MOST_WAITING = 2_048
BATCH = 512
SEND_EVERY_MS = 2_000
# of one batch, with its repetitions
SEND_SECONDS = 5.0
_SENT = Counter("kota_spans_sent_total", "Spans the collector took")
_DROPPED = Counter("kota_spans_dropped_total", "Spans that were given up", ["reason"])


class OtlpRecorder:
    """Records spans and sends them.

    endpoint: the collector's base address, such as http://collector:4318. ratio: of all traces,
    from 0 to 1. trusts_parent: whether the caller decides if its trace is recorded; clients from
    outside do not.
    """

    def __init__(
        self, service: str, endpoint: str, *, ratio: float = 1.0, trusts_parent: bool = True
    ) -> None:
        # it would tell of every batch; we tell when it begins and ends
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        for reason in ("no room", "no collector"):
            _DROPPED.labels(reason)
        self._provider = TracerProvider(
            sampler=_sampler(ratio, trusts_parent=trusts_parent),
            resource=Resource({"service.name": service, "service.version": VERSION}),
            shutdown_on_exit=False,
        )
        self._exporter = _Counting(_exporter(endpoint))
        self._provider.add_span_processor(_Bounded(self._exporter))
        self._tracer = self._provider.get_tracer("kota-cerdas", VERSION)

    @contextmanager
    def span(
        self, name: str, kind: Kind, parent: str | None, attributes: Attributes
    ) -> Iterator[RecordedSpan]:
        """As `tracing.Recorder`."""
        span = self._tracer.start_span(
            name,
            context=_context(parent),
            kind=SpanKind[kind],
            attributes=attributes,
        )
        try:
            yield RecordedSpan(span)
        finally:
            # not as the library's own context manager, which would record an exception's text
            span.end()

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class RecordedSpan:
    """As `tracing.Span`."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span
        context = span.get_span_context()
        flags = f"{context.trace_flags:02x}"
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags}"

    def rename(self, name: str, attributes: Attributes) -> None:
        """What it is was found out later."""
        self._span.update_name(name)
        self._span.set_attributes(attributes)

    def outcome(self, outcome: str, *, failed: bool = False) -> None:
        """How it ended."""
        self._span.set_attribute("kota.outcome", outcome)
        if failed:
            self._span.set_status(StatusCode.ERROR)


class _Counting(SpanExporter):
    """Counts what becomes of the spans. taken: how many left the queue so far."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_taken = True
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.taken += len(spans)
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            _SENT.inc(len(spans))
        else:
            _DROPPED.labels("no collector").inc(len(spans))
        self._tell(result is SpanExportResult.SUCCESS)
        return result

    def _tell(self, is_taken: bool) -> None:
        if is_taken != self._is_taken:
            self._is_taken = is_taken
            log.warning("traces arrive again" if is_taken else "traces do not arrive")

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _Bounded(BatchSpanProcessor):
    """The library's batches, with what it drops counted."""

    def __init__(self, exporter: _Counting) -> None:
        super().__init__(
            exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=SEND_EVERY_MS,
            max_export_batch_size=BATCH,
        )
        self._counting = exporter
        self._kept = 0

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is not None and span.context.trace_flags.sampled:
            # the queue is a ring: when it is full, its oldest span makes room
            if self._kept - self._counting.taken >= MOST_WAITING:
                _DROPPED.labels("no room").inc()
            else:
                self._kept += 1
        super().on_end(span)


def _exporter(endpoint: str) -> OTLPSpanExporter:
    session = requests.Session()
    # a proxy of the surroundings has nothing to do with the operator's collector
    session.trust_env = False
    return OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=SEND_SECONDS, session=session)


def _sampler(ratio: float, *, trusts_parent: bool) -> Sampler:
    own = TraceIdRatioBased(ratio)
    return ParentBased(own) if trusts_parent else own


def _context(traceparent: str | None) -> Context:
    """The context that has the sender of `traceparent` as parent; an empty one without."""
    if traceparent is None:
        return Context()
    _, trace_id, span_id, flags = traceparent.split("-")
    parent = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())
