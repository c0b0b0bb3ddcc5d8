"""Spans: nothing without a collector, linked by traceparent with one, dropped without harm."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

import pytest
from eventlet import sleep, spawn
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import REGISTRY
from structlog.contextvars import clear_contextvars, get_contextvars

from infra.local.state import ROOT
from services.chassis import logs, otlp, tracing
from services.chassis.call import CallHeaders, own_call, traceparent
from services.chassis.calling import observed
from services.chassis.errors import InternalError, NotFound
from services.chassis.otlp import OtlpRecorder
from services.chassis.tracing import Kind
from tests.collector import collecting
from tests.waiting import eventually

GIVEN = f"00-{'a' * 32}-{'b' * 16}-01"
UNSAMPLED = f"00-{'a' * 32}-{'b' * 16}-00"
NOBODY = "http://127.0.0.1:9"


@contextmanager
def recording(recorder: OtlpRecorder) -> Iterator[OtlpRecorder]:
    tracing.record_with(recorder)
    try:
        yield recorder
    finally:
        tracing.record_with(None)
        recorder.close()


def counted(name: str, **labels: str) -> Callable[[], float]:
    def now() -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    before = now()
    return lambda: now() - before


def test_without_a_collector_the_traceparent_goes_on() -> None:
    with tracing.span("x", Kind.SERVER, GIVEN) as span:
        assert span.traceparent == GIVEN
        span.rename("y", {"a": 1})
        span.outcome("ok")
    with tracing.span("x", Kind.SERVER, None) as span:
        assert traceparent(span.traceparent) == span.traceparent


def test_without_a_collector_nothing_is_imported() -> None:
    code = (
        "import sys, services.chassis.runtime;"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_spans_are_linked_over_any_distance() -> None:
    with collecting() as collector, recording(OtlpRecorder("reports", collector.endpoint)):
        with tracing.span("outer", Kind.SERVER, GIVEN) as outer:
            outer.rename("GET /v1/x", {"http.route": "/v1/x"})
            with tracing.span("inner", Kind.CLIENT, outer.traceparent) as inner:
                inner.outcome("internal_error", failed=True)
            outer.outcome("500", failed=True)
        tracing.stop()
        found = {span.name: span for span in collector.of_trace("a" * 32)}
    assert found["GET /v1/x"].parent == "b" * 16
    assert found["inner"].parent == found["GET /v1/x"].id
    assert found["inner"].id == inner.traceparent.split("-")[2]
    assert found["GET /v1/x"].attributes == {"http.route": "/v1/x", "kota.outcome": "500"}
    assert found["inner"].failed and found["inner"].service == "reports"


def test_what_a_failure_says_stays_here() -> None:
    with collecting() as collector, recording(OtlpRecorder("reports", collector.endpoint)):
        with pytest.raises(ValueError), tracing.span("broken", Kind.SERVER, GIVEN):
            raise ValueError("Kenari")
        tracing.stop()
        (span,) = collector.of_trace("a" * 32)
    assert "Kenari" not in repr(span) and span.said == "[] "


@pytest.mark.parametrize(
    ("parent", "trusts", "ratio", "recorded"),
    [
        (UNSAMPLED, True, 1.0, 0),
        (UNSAMPLED, False, 1.0, 1),
        (GIVEN, False, 0.0, 0),
        (GIVEN, True, 0.0, 1),
        (None, True, 0.0, 0),
        (None, True, 1.0, 1),
    ],
)
def test_who_decides(parent: str | None, trusts: bool, ratio: float, recorded: int) -> None:
    with collecting() as collector:
        recorder = OtlpRecorder("x", collector.endpoint, ratio=ratio, trusts_parent=trusts)
        with recording(recorder), tracing.span("x", Kind.SERVER, parent) as span:
            assert int(span.traceparent[-2:], 16) & 1 == recorded
        assert len(collector.spans) == recorded


def test_a_collector_that_is_away_costs_spans_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(otlp, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(otlp, "SEND_EVERY_MS", 50)
    lost = counted("kota_spans_dropped_total", reason="no collector")
    with recording(OtlpRecorder("x", NOBODY)):
        for _ in range(10):
            with tracing.span("x", Kind.SERVER, None):
                pass
        eventually(lambda: lost() == 10)


class Slow(SpanExporter):
    """A collector that takes its time."""

    def __init__(self) -> None:
        self.may_go_on = Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.may_go_on.wait()
        return SpanExportResult.SUCCESS


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(otlp, "_exporter", lambda endpoint: slow)
    monkeypatch.setattr(otlp, "MOST_WAITING", 5)
    monkeypatch.setattr(otlp, "BATCH", 5)
    full = counted("kota_spans_dropped_total", reason="no room")
    sent = counted("kota_spans_sent_total")
    with recording(OtlpRecorder("x", NOBODY)):
        for _ in range(1_000):
            with tracing.span("x", Kind.SERVER, None):
                pass
        # one batch may be on its way, another waits
        assert full() in range(990, 996)
        slow.may_go_on.set()
    assert full() + sent() == 1_000


def test_a_call_is_a_span_and_a_number() -> None:
    names = {"service": "reports", "operation": "get_report", "way": "broker"}
    calls = counted("kota_rpc_calls_total", **names, outcome="not_found")
    with collecting() as collector, recording(OtlpRecorder("gateway", collector.endpoint)):
        with (
            pytest.raises(NotFound),
            observed("reports", "get_report", "broker", CallHeaders(traceparent=GIVEN)) as sent,
        ):
            raise NotFound()
        with (
            pytest.raises(InternalError),
            observed("reports", "get_report", "broker", CallHeaders(traceparent=GIVEN)),
        ):
            raise InternalError()
        tracing.stop()
        refused, failed = collector.of_trace("a" * 32)
    assert calls() == 1
    assert sent.traceparent is not None and refused.id == sent.traceparent.split("-")[2]
    assert refused.attributes["kota.outcome"] == "not_found" and not refused.failed
    assert failed.failed


def test_what_a_process_does_by_itself_is_a_trace() -> None:
    one, other = own_call().headers, own_call().headers
    assert one.traceparent != other.traceparent and one.request_id != other.request_id
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", one.traceparent or "")


def test_green_threads_keep_their_ids_apart() -> None:
    seen: dict[str, object] = {}

    def work(request_id: str) -> None:
        logs.bind(request_id, GIVEN)
        sleep(0)
        seen[request_id] = get_contextvars()["request_id"]

    clear_contextvars()
    for thread in [spawn(work, "one"), spawn(work, "other")]:
        thread.wait()
    assert seen == {"one": "one", "other": "other"}
    assert "request_id" not in get_contextvars()
