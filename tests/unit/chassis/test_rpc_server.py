"""A service serves what the broker's rights were checked for, and only that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.chassis import jsontext
from services.chassis.rpc_server import Rpc, RpcConsumer


@pytest.mark.parametrize(
    ("key", "is_served"),
    [("reports.read", True), ("registry.read", False), ("read", False), ("reports.other", False)],
)
def test_only_a_call_under_its_own_key_is_served(
    key: str, is_served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header CC can bring a message under the key of another service's call."""
    served: list[Any] = []
    refused: list[Any] = []
    consumer: Any = RpcConsumer()
    consumer.container = SimpleNamespace(service_name="reports")
    consumer._providers = [SimpleNamespace(method_name="read", receive=served.append)]
    monkeypatch.setattr(consumer, "reply", lambda message, error: refused.append(error))
    consumer._receive(SimpleNamespace(delivery_info={"routing_key": key}))
    assert bool(served) is is_served
    assert bool(refused) is not is_served


@pytest.mark.parametrize(("free", "waits"), [(1, False), (0, True)])
def test_a_call_waits_for_a_worker_beside_the_consumer(free: int, waits: bool) -> None:
    """The consumer must get back to its heartbeats."""
    spawned: list[str] = []
    entrypoint: Any = Rpc()
    entrypoint.container = SimpleNamespace(
        _worker_pool=SimpleNamespace(free=lambda: free),
        spawn_worker=lambda *_, **__: spawned.append("worker"),
        spawn_managed_thread=lambda _work: spawned.append("thread"),
    )
    body = jsontext.dumps({"args": [], "kwargs": {"body": {}}})
    entrypoint.receive(SimpleNamespace(body=body, headers={}))
    assert spawned == ["thread" if waits else "worker"]
