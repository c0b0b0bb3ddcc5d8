"""How much one sender may send: counted by what was taken in, and never of a crowd's address."""

from __future__ import annotations

from typing import Any

import pytest
from environs import EnvError
from werkzeug.wrappers import Response

from gateway.quotas import Quotas, Sent, SentEnough, holders, parsed
from gateway.rates import Rates
from gateway.senders import Senders
from services.chassis.call import CallHeaders
from services.chassis.errors import Invalid
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.sender import Digests, Sender
from tests.unit.gateway.making import SECRET, FakeRpc, ask, make

ANNA = Principal("anna", Role.CITIZEN)
PHONE, HOUSE = Sender("d" * 22, ("a" * 22, "n" * 22)), Sender(None, ("a" * 22, "n" * 22))
REPORT = {"category": "sampah", "description": "x", "lat": -6.3, "long": 106.7}
QUOTAS = {Sent.REPORT: parsed("account=2/hour,3/day device=2/hour address=1/day")}


def send(application: Any, **headers: str) -> Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent_from = {"REMOTE_ADDR": "127.0.0.1"}
    return ask(
        application, "POST", "/v1/reports", json=REPORT, headers=given, environ_overrides=sent_from
    )


def test_whose_quotas_count() -> None:
    assert holders(ANNA, PHONE) == [("account", "anna"), ("device", "d" * 22)]
    assert holders(ANNA, HOUSE) == [("account", "anna")]
    assert holders(GUEST, PHONE) == [("device", "d" * 22)]
    assert holders(GUEST, HOUSE) == [("address", "a" * 22)]
    for role in set(Role) - {Role.GUEST, Role.CITIZEN}:
        assert holders(Principal("x", role), PHONE) == []


def test_what_is_refused_is_not_counted() -> None:
    rpc = FakeRpc(Invalid())
    application = make(rpc, quotas=QUOTAS)
    for _ in range(5):
        assert send(application, Authorization="Bearer citizen").status_code == 422
    rpc.answer = {"id": "x", "version": 1}
    told = [send(application, Authorization="Bearer citizen") for _ in range(3)]
    assert [answer.status_code for answer in told] == [201, 201, 429]
    last = told[-1]
    assert last.json is not None and last.json["code"] == "sent_enough"
    assert "dalam sejam" in last.json["detail"] and "112" in last.json["detail"]
    assert 3_000 < int(last.headers["Retry-After"]) <= 3_600
    assert last.headers["RateLimit-Policy"] == '"report";q=2;w=3600'
    assert len(rpc.calls) == 7
    # whoever lives behind the same address, and staff, send on
    assert send(application).status_code == 201
    assert send(application, Authorization="Bearer officer").status_code == 201


def test_phones_behind_one_address_have_a_quota_each() -> None:
    application = make(FakeRpc({"id": "x", "version": 1}), quotas=QUOTAS)
    for n in range(50):
        for status in (201, 201, 429):
            answer = send(application, Device_Id=f"a-phone-of-someone-{n}")
            assert answer.status_code == status
    assert [send(application).status_code for _ in range(2)] == [201, 429]


def test_windows_are_counted_each_and_a_scale_holds() -> None:
    rates = Rates(scale=2.0)
    quotas = Quotas(rates, QUOTAS)
    for _ in range(4):
        quotas.check(Sent.REPORT, ANNA, HOUSE)
        quotas.count(Sent.REPORT, ANNA, HOUSE)
    with pytest.raises(SentEnough) as refused:
        quotas.check(Sent.REPORT, ANNA, HOUSE)
    assert refused.value.allowance.window == 3_600
    quotas.check(Sent.COMMENT, ANNA, HOUSE)


def test_without_redis_quotas_are_counted_here() -> None:
    quotas = Quotas(Rates(redis_url="redis://127.0.0.1:1/0"), QUOTAS)
    quotas.count(Sent.REPORT, GUEST, HOUSE)
    with pytest.raises(SentEnough):
        quotas.check(Sent.REPORT, GUEST, HOUSE)


@pytest.mark.parametrize(
    "wrong", ["10/hour", "device=10", "device=10/week", "phone=1/day", "device=1/day device=2/day"]
)
def test_a_quota_in_another_form_is_refused(wrong: str) -> None:
    with pytest.raises(EnvError):
        parsed(wrong)


def test_services_get_digests_only() -> None:
    rpc = FakeRpc({"id": "x", "version": 1})
    send(make(rpc), Device_Id="a-phone-of-anna-0001")
    headers = rpc.calls[0][3]
    digests = Digests(SECRET)
    assert headers.device == digests.device("a-phone-of-anna-0001")
    assert headers.networks == ",".join(digests.networks("127.0.0.1"))
    assert "phone" not in str(headers.data()) and "127.0.0" not in str(headers.data())
    for odd in ("short", "with blanks in it so", "x" * 129):
        assert send(make(rpc), Device_Id=odd).status_code == 400


def test_devices_of_apps_are_told_apart_by_app() -> None:
    senders = Senders(SECRET)
    made = [senders.of_app(CallHeaders(networks="x"), app, "1").device for app in ("a.1", "b.1")]
    assert len(set(made)) == 2
    assert senders.of_app(CallHeaders(networks="x", device="y"), "a.1", None) == CallHeaders()
