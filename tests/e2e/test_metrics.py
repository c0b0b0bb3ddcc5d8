"""What processes tell of themselves goes along with what happens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from infra.local.stack import Stack
from infra.local.state import PROCESSES, SERVICES
from tests.client import Client
from tests.e2e.test_journey import REPORT
from tests.waiting import eventually

# what grows with one report: who counts it, and what it is called there
GROWING = (
    ("gateway", 'kota_http_requests_total{class="write",route="POST /v1/reports",status="201"}'),
    ("gateway", 'kota_http_request_seconds_count{class="write"}'),
    ("gateway", 'kota_rpc_calls_total{operation="submit_report",outcome="ok",service="reports",'
                'way="broker"}'),
    ("reports", 'kota_operations_total{operation="submit_report",outcome="ok"}'),
    ("reports", "kota_events_published_total"),
    ("reports", "kota_audit_rows_sealed_total"),
    ("reports", 'kota_database_pool_wait_seconds_count{pool="requests"}'),
    ("notify", 'kota_events_handled_total{handler="tell_people",outcome="done"}'),
    ("notify", 'kota_event_delay_seconds_count{handler="tell_people"}'),
    ("notify", 'kota_event_seconds_count{handler="tell_people"}'),
)  # fmt: skip


def told(stack: Stack, process: str) -> str:
    """The metrics of a process; of the gateway those of all its processes."""
    names = ("gateway-0", "gateway-1") if process == "gateway" else (process,)
    ports = [stack.state.admin_port(name) for name in names]
    return "".join(Client(f"http://127.0.0.1:{port}").get("/metrics").text for port in ports)


def value(text: str, name: str) -> float:
    found = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return sum(map(float, found))


def now(stack: Stack) -> list[float]:
    texts = {process: told(stack, process) for process in {process for process, _ in GROWING}}
    return [value(texts[process], name) for process, name in GROWING]


def grown(stack: Stack, before: list[float]) -> Callable[[], bool]:
    def look() -> bool:
        return all(new > old for new, old in zip(now(stack), before, strict=True))

    return look


def test_a_report_is_counted_all_the_way(stack: Stack, citizen: Client) -> None:
    before = now(stack)
    # each process of the gateway gets some
    for _ in range(3):
        assert citizen.post("/v1/reports", REPORT).status == 201
    eventually(grown(stack, before), 20, "every number to grow")


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_tells_what_it_is(stack: Stack, process: str) -> None:
    text = told(stack, process)
    assert re.search(rf'^kota_build_info{{service="{process}",version="\S+"}} 1.0$', text, re.M)
    assert value(text, "process_resident_memory_bytes") > 10_000_000
    assert value(text, "process_cpu_seconds_total") > 0
    assert value(text, "kota_ready") == (2 if process == "gateway" else 1)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_tells_how_its_database_is_used(stack: Stack, service: str) -> None:
    text = told(stack, service)
    assert value(text, 'kota_database_pool_size{pool="requests"}') == 6
    assert value(text, "kota_database_bytes") > 1_000_000
    assert value(text, 'kota_background_last_success_timestamp_seconds{loop="sealer"}') > 1e9
    assert value(text, "kota_audit_unsealed_age_seconds") < 60
