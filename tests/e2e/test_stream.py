"""Live: what happens reaches who may know, once and in order, also after having been away."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from infra.local.stack import Stack
from tests.cities import City
from tests.client import Client
from tests.gateways import gateway
from tests.sse import listening
from tests.waiting import eventually
from tests.wire import get, wire

REPORT = {"category": "sampah", "description": "uji siaran", "lat": -6.3223, "long": 106.6943}


def submit(client: Client, **more: object) -> str:
    answer = client.post("/v1/reports", REPORT | more)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def test_public_events_and_ones_own(guest: Client, citizen: Client, other_citizen: Client) -> None:
    with listening(guest) as anybody, listening(citizen) as me, listening(other_citizen) as you:
        mine = submit(citizen)
        last = submit(guest)
        for stream, kinds in (
            (anybody, ["report.submitted"]),
            (you, ["report.submitted"]),
            (me, ["report.submitted", "notification.added"]),
        ):
            heard = stream.until(last)
            about_mine = [said for said in heard if said.data.get("report_id") == mine]
            assert [said.kind for said in about_mine] == kinds
            positions = [said.position for said in heard]
            assert positions == sorted(set(positions), key=lambda p: p or 0)
    told = about(me_events=heard, report_id=mine)
    assert "LP-" in told["title"] and told["notification_id"]


def can_listen(client: Client) -> bool:
    with listening(client) as stream:
        return stream.status == 200


def about(me_events: list, report_id: str) -> dict:  # type: ignore[type-arg]
    """What the notification about a report said."""
    (found,) = (
        said.data
        for said in me_events
        if said.kind == "notification.added" and said.data.get("report_id") == report_id
    )
    assert isinstance(found, dict)
    return found


def test_secret_reports_are_never_public(
    guest: Client, citizen: Client, officer: Client, other_officer: Client
) -> None:
    with listening(guest) as anybody, listening(officer) as own, listening(other_officer) as other:
        secret = submit(citizen, visibility="secret")
        last = submit(citizen)
        for stream in (anybody, other):
            assert secret not in [said.data.get("report_id") for said in stream.until(last)]
        heard = own.until(secret, "notification.added")
        assert [said.kind for said in heard if said.data.get("report_id") == secret] == [
            "notification.added"
        ]


def test_the_words_are_in_the_listeners_language(city: City, citizen: Client) -> None:
    indonesian = Client(city.base_url, language="id")
    with listening(indonesian) as stream:
        last = submit(citizen)
        assert stream.until(last)[-1].data["category_name"] == "Penumpukan sampah"


def test_who_was_away_catches_up(guest: Client, citizen: Client) -> None:
    with listening(guest) as stream:
        first = submit(citizen)
        seen = stream.until(first)[-1].position
    missed = [submit(citizen) for _ in range(3)]
    with listening(guest, after=seen) as stream:
        # of several reports no order is promised
        heard = [stream.next() for _ in missed]
        assert sorted(said.data["report_id"] for said in heard) == sorted(missed)
        live = submit(citizen)
        assert [said.data.get("report_id") for said in stream.until(live)] == [live]


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 20, "٣"])
def test_a_last_event_id_that_is_none(guest: Client, after: str) -> None:
    headers = {"Last-Event-ID": after.encode("utf-8").decode("latin-1")}
    assert guest.send("GET", "/v1/stream", None, headers).status == 400


def test_a_position_that_never_was(guest: Client, citizen: Client) -> None:
    """After a database was restored: start afresh, and be told so."""
    with listening(guest) as before:
        before.until(submit(citizen))
    with listening(guest, after=2**62) as stream:
        assert stream.first == "reset"
        live = submit(citizen)
        assert [said.data.get("report_id") for said in stream.until(live)] == [live]


def test_two_gateways_tell_the_same(stack: Stack, citizen: Client) -> None:
    with gateway(stack) as one, gateway(stack) as two:
        with listening(one.client) as here, listening(two.client) as there:
            last = submit(citizen)
            seen = [stream.until(last)[-1].position for stream in (here, there)]
            assert seen[0] == seen[1]
        missed = submit(citizen)
        with listening(two.client, after=seen[0]) as there:
            assert [said.data.get("report_id") for said in there.until(missed)] == [missed]


def test_when_the_broker_was_away_streams_end_and_catch_up(stack: Stack, citizen: Client) -> None:
    with listening(citizen, seconds=60.0) as stream:
        first = submit(citizen)
        seen = stream.until(first)[-1].position
        stack.supervisor.stop_process("rabbitmq")
        during = submit(citizen)
        stack.supervisor.start_process("rabbitmq")
        stack.wait_servers()
        with pytest.raises(ConnectionError):
            stream.until(during)
    eventually(stack.is_ready, 60)
    with listening(citizen, after=seen) as stream:
        heard = [(said.kind, said.data["report_id"]) for said in stream.until(during)]
        assert heard.count(("report.submitted", during)) == 1


def test_streams_are_bounded_and_do_not_take_workers(stack: Stack, citizen: Client) -> None:
    with gateway(stack, STREAMS="500", STREAMS_PER_ADDRESS="500", WORKERS="8") as found:
        with ExitStack() as streams:
            opened = [streams.enter_context(listening(found.client)) for _ in range(500)]
            refused = found.client.get("/v1/stream")
            assert refused.status == 503 and int(refused.headers["Retry-After"]) > 0
            assert found.client.get("/v1/permit-types").status == 200
            last = submit(citizen)
            assert {stream.until(last)[-1].data["report_id"] for stream in opened} == {last}
        eventually(lambda: found.client.get("/readyz").status == 200)
        with listening(found.client) as again:
            assert again.status == 200


def test_one_address_does_not_take_all(stack: Stack) -> None:
    with gateway(stack, STREAMS_PER_ADDRESS="2") as found, ExitStack() as streams:
        for _ in range(2):
            streams.enter_context(listening(found.client))
        assert found.client.get("/v1/stream").status == 503


def test_a_slow_reader_is_dropped_and_blocks_nobody(stack: Stack, citizen: Client) -> None:
    with gateway(stack) as found, wire(found.port) as slow, listening(found.client) as quick:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        assert slow.ask(get("/v1/stream")).status == 200
        for _ in range(450):
            assert quick.until(submit(citizen))
        heard = slow._heard
        while data := slow.socket.recv(65_536):
            heard += data
        assert 0 < heard.count(b"event: report.submitted") < 450


def test_stopping_ends_streams_at_once(stack: Stack) -> None:
    with gateway(stack) as found, listening(found.client) as stream:
        found.stop(seconds=10.0)
        with pytest.raises(ConnectionError):
            stream.next()
