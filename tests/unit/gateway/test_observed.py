"""What the gateway counts, times and logs of a request names the route, never what was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from structlog.contextvars import get_contextvars
from werkzeug.wrappers import Request, Response

from gateway import metrics
from gateway.exchange import Exchange
from gateway.http.slots import Slots
from gateway.rates import Rates
from gateway.routes import By
from services.chassis.call import CallHeaders
from services.chassis.errors import Busy
from tests.unit.gateway.making import FakeRpc, ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def counted(name: str, **labels: str) -> Callable[[], float]:
    def now() -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    before = now()
    return lambda: now() - before


def test_requests_are_counted_by_route_class_and_status() -> None:
    labels = {"route": "GET /v1/reports/{id}", "class": "read", "status": "200"}
    requests = counted("kota_http_requests_total", **labels)
    timed = counted("kota_http_request_seconds_count", **{"class": "read"})
    ask(make(FakeRpc({"id": ID, "version": 1})), "GET", f"/v1/reports/{ID}")
    assert requests() == 1 and timed() == 1
    assert ID not in str(list(REGISTRY.collect()))


def test_what_leads_nowhere_is_counted_together() -> None:
    nowhere = counted("kota_http_requests_total", route="none", status="404", **{"class": "none"})
    problems = counted("kota_http_problems_total", code="not_found", status="404")
    for path in ("/kenari", "/v2/reports", "/v1/reports/x/y/z"):
        ask(make(FakeRpc()), "GET", path)
    assert nowhere() == 3 and problems() == 3
    assert "kenari" not in str(list(REGISTRY.collect()))


def test_what_is_turned_away_is_counted_with_its_reason() -> None:
    limited = counted("kota_http_problems_total", code="too_many_requests", status="429")
    busy = counted("kota_http_problems_total", code="busy", status="503")
    application = make(FakeRpc({}), rates=Rates(scale=0.0001))
    for _ in range(3):
        ask(application, "GET", "/v1/permit-types")
    application.refuse(Busy(), Request({}))
    assert limited() == 2 and busy() == 1


def test_every_line_names_request_and_trace() -> None:
    seen: list[tuple[dict[str, object], CallHeaders]] = []

    def handler(exchange: Exchange) -> Response:
        seen.append((get_contextvars(), exchange.headers))
        return Response("x")

    application = make(FakeRpc(), handlers={By.CALL: handler})
    given = {"X-Request-Id": "test-12345678", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    ask(application, "GET", "/v1/permit-types", headers=given)
    ask(application, "GET", "/v1/permit-types")
    (first, first_headers), (second, second_headers) = seen
    assert first == {"request_id": "test-12345678", "trace_id": TRACE}
    assert first_headers.traceparent == given["traceparent"]
    assert second["trace_id"] == (second_headers.traceparent or "").split("-")[1] != TRACE
    assert second["request_id"] == second_headers.request_id


def test_slots_tell_who_works_and_who_waits() -> None:
    slots = Slots(workers=2, queue=1, seconds=0.01)
    with slots.taken(), slots.taken():
        assert (slots.working, slots.waiting) == (2, 0)
        with pytest.raises(Busy), slots.taken():
            pass
    assert (slots.working, slots.waiting) == (0, 0)


def test_room_for_files_is_measured_of_a_folder_only(tmp_path: object) -> None:
    metrics.watch_files(f"file://{tmp_path}")
    free = REGISTRY.get_sample_value("kota_files_free_bytes") or 0
    assert 0 < free <= (REGISTRY.get_sample_value("kota_files_size_bytes") or 0)
    metrics.watch_files("file:///nowhere/at/all")
    assert str(REGISTRY.get_sample_value("kota_files_free_bytes")) == "nan"
    metrics.watch_files("s3://bucket/x")
