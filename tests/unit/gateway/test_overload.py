"""So many are at work as are answered in time; the others hear it at once."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from gateway.overload import BURST_SECONDS, CALM_SECONDS, FIRST, LEAST, TARGET_SECONDS, Overload
from services.chassis.errors import Busy
from tests.unit.gateway.making import FakeRpc, ask, make

MOST = 128


class Time:
    """Passes only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def overload(time: Time) -> Overload:
    return Overload(most=MOST, now=time)


def begin(overload: Overload, count: int, kind: str = "a") -> ExitStack:
    """So many begin; they end with the stack."""
    stack = ExitStack()
    for _ in range(count):
        stack.enter_context(overload.at_work(kind))
    return stack


def is_full(overload: Overload, kind: str = "a") -> bool:
    try:
        overload.check(kind)
    except Busy:
        return True
    return False


def rounds(overload: Overload, time: Time, count: int, each: int, seconds: float) -> None:
    for _ in range(count):
        with begin(overload, each):
            time.now += seconds


def room(overload: Overload, time: Time) -> int:
    """How many may be at work in a flood, told without anybody's answer being learnt from."""
    lane = overload._lane("a")
    lane.met = time.now
    lane.reached = time.now - BURST_SECONDS
    at_work = 0
    while lane.admits(time.now):
        lane.at_work += 1
        at_work += 1
    lane.at_work -= at_work
    return at_work


def test_a_burst_waits_and_a_flood_is_refused(overload: Overload, time: Time) -> None:
    with begin(overload, 3 * int(FIRST)):
        assert not is_full(overload)
        time.now += BURST_SECONDS * 0.9
        assert not is_full(overload)
        time.now += BURST_SECONDS
        assert is_full(overload)
    # one place is free again, and taken: the flood goes on
    assert not is_full(overload)
    with begin(overload, int(FIRST)):
        assert is_full(overload)


def test_after_a_calm_while_there_may_be_a_burst_again(overload: Overload, time: Time) -> None:
    with begin(overload, int(FIRST)):
        assert not is_full(overload)
        time.now += BURST_SECONDS
        assert is_full(overload)
        time.now += CALM_SECONDS * 1.1
        assert not is_full(overload)


def test_kinds_do_not_take_places_of_each_other(overload: Overload, time: Time) -> None:
    with begin(overload, int(FIRST)):
        is_full(overload)
        time.now += BURST_SECONDS
        assert is_full(overload) and not is_full(overload, "b")


def test_late_answers_make_it_less_and_quick_ones_more(overload: Overload, time: Time) -> None:
    rounds(overload, time, 4, 30, TARGET_SECONDS * 2)
    smaller = room(overload, time)
    assert LEAST <= smaller < FIRST
    rounds(overload, time, 40, smaller, TARGET_SECONDS / 2)
    assert room(overload, time) > smaller


def test_who_is_nearly_alone_tells_nothing(overload: Overload, time: Time) -> None:
    rounds(overload, time, 200, 3, TARGET_SECONDS * 10)
    assert room(overload, time) == int(FIRST)


@given(st.lists(st.tuples(st.integers(1, MOST), st.floats(0, 5)), max_size=60))
def test_there_is_always_some_room_and_never_too_much(work: list[tuple[int, float]]) -> None:
    time = Time()
    overload = Overload(most=MOST, now=time)
    for each, seconds in work:
        rounds(overload, time, 1, each, seconds)
    assert LEAST <= room(overload, time) <= MOST


def test_a_refused_request_reaches_nobody_and_is_counted() -> None:
    rpc, time = FakeRpc({"items": [], "next": None}), Time()
    overload = Overload(most=MOST, now=time)
    application = make(rpc, overload=overload)
    request = Request(EnvironBuilder("/v1/reports").get_environ())
    application.check_load(request)
    found = application._find(request)[0]
    with begin(overload, MOST, found):  # type: ignore[arg-type]
        application.check_load(request)
        time.now += BURST_SECONDS
        with pytest.raises(Busy) as refused:
            application.check_load(request)
    labels = {"route": "GET /v1/reports", "class": "read", "status": "503"}
    before = REGISTRY.get_sample_value("kota_http_requests_total", labels) or 0
    answer = application.refuse(refused.value, request)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert REGISTRY.get_sample_value("kota_http_requests_total", labels) == before + 1
    assert ask(application, "GET", "/v1/reports").status_code == 200


def test_what_leads_nowhere_is_said_later() -> None:
    application = make(FakeRpc())
    application.check_load(Request(EnvironBuilder("/nowhere").get_environ()))
    assert ask(application, "GET", "/nowhere").status_code == 404
