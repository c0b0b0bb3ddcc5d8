"""How often one may ask."""

from __future__ import annotations

import pytest

from gateway.rates import BoundedMemory, Rate, RateLimited, Rates
from services.chassis.principal import Principal, Role
from tests.unit.gateway.making import FakeRpc, ask, make

ANNA, BUDI = Principal("anna", Role.CITIZEN), Principal("budi", Role.CITIZEN)
SCALE = 0.05


def test_what_is_left_is_told() -> None:
    rates = Rates(scale=SCALE)
    first = rates.check_principal(Rate.WRITE, ANNA)
    assert (first.limit, first.remaining) == (3, 2) and 0 < first.reset <= 60
    assert first.headers() == {
        "RateLimit-Policy": '"write";q=3;w=60',
        "RateLimit": f'"write";r=2;t={first.reset}',
    }


def test_each_principal_class_and_address_is_counted_alone() -> None:
    rates = Rates(scale=SCALE)
    for _ in range(3):
        rates.check_principal(Rate.WRITE, ANNA)
    with pytest.raises(RateLimited) as refused:
        rates.check_principal(Rate.WRITE, ANNA)
    assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 60
    rates.check_principal(Rate.WRITE, BUDI)
    rates.check_principal(Rate.UPLOAD, ANNA)
    rates.check_principal(Rate.LOGIN, ANNA)
    rates.check_address(Rate.WRITE, "anna")


def test_an_answer_tells_the_rate_and_429_when_to_come_back() -> None:
    rpc = FakeRpc({"items": [], "next": None})
    application = make(rpc, rates=Rates(scale=0.002))
    with_token = {"headers": {"Authorization": "Bearer citizen"}}
    first = ask(application, "GET", "/v1/reports", **with_token)
    assert first.status_code == 200 and first.headers["RateLimit"].startswith('"read";r=0;t=')
    second = ask(application, "GET", "/v1/reports", **with_token)
    assert second.status_code == 429 and int(second.headers["Retry-After"]) > 0
    assert second.json is not None and second.json["code"] == "too_many_requests"
    assert second.headers["RateLimit"] == f'"read";r=0;t={second.headers["Retry-After"]}'
    assert len(rpc.calls) == 1


def test_guests_are_counted_by_their_address() -> None:
    application = make(FakeRpc({"items": [], "next": None}), rates=Rates(scale=0.0002))
    statuses = [
        ask(application, "GET", "/v1/reports", environ_overrides={"REMOTE_ADDR": a}).status_code
        for a in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert statuses == [200, 429, 200]


def test_forged_tokens_are_counted_too() -> None:
    application = make(FakeRpc(), rates=Rates(scale=0.0002))
    forged = {"headers": {"Authorization": "Bearer forged"}}
    statuses = [ask(application, "GET", "/v1/reports", **forged).status_code for _ in range(2)]
    assert statuses == [401, 429]


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = BoundedMemory(most=3)
    for key in "abcd":
        memory.incr(key, 60)
    assert [memory.get(key) for key in "abcd"] == [0, 1, 1, 1]
    assert memory.incr("d", 60) == 2 and memory.reset() == 3


def test_a_window_ends() -> None:
    memory = BoundedMemory()
    memory.incr("a", -1)
    assert memory.get("a") == 0
    assert memory.incr("a", 60) == 1


def test_without_redis_each_process_counts_for_itself() -> None:
    rates = Rates(scale=0.02, redis_url="redis://127.0.0.1:1/0")
    rates.check_principal(Rate.WRITE, ANNA)
    with pytest.raises(RateLimited):
        rates.check_principal(Rate.WRITE, ANNA)
