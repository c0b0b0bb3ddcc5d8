"""What an operator sees of a running city."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from infra.kota.broker import Broker
from infra.local.stack import Stack
from services.chassis.contract import event_exchange
from tests.client import Client
from tests.e2e.test_journey import REPORT
from tests.kota import kota
from tests.waiting import eventually


@contextmanager
def overhearing(stack: Stack, service: str) -> Iterator[list[str]]:
    """Everything that a service publishes meanwhile."""
    heard: list[str] = []
    listening, done = Event(), Event()

    def take(body: str) -> bool:
        heard.append(body)
        return True

    def goes_on() -> bool:
        return not done.is_set()

    broker = Broker(stack.rabbitmq.url())
    arguments = ([event_exchange(service)], "#", take, listening.set, goes_on)
    thread = Thread(target=broker.tail, args=arguments, daemon=True)
    thread.start()
    assert listening.wait(20)
    yield heard
    done.set()
    thread.join(20)


def about(heard: list[str], subject: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, heard) if event["subject"] == subject]


def test_events_pass_by_and_nobody_misses_one(stack: Stack, newcomer: Client) -> None:
    with overhearing(stack, "reports") as heard:
        made = newcomer.post("/v1/reports", REPORT).json
        (event,) = eventually(lambda: about(heard, made["id"]), what="the event")
    assert event["type"].endswith("report.submitted.v1")
    assert str(REPORT["description"]) not in json.dumps(event)
    eventually(lambda: newcomer.get("/v1/notifications").json["items"], what="a notification")


def test_all_is_well(stack: Stack) -> None:
    def look() -> bool:
        ran = kota(stack.state.folder, "status", "--json")
        found = ran.json
        assert ran.code == (0 if found["well"] else 1)
        names = {one["name"] for one in found["processes"]}
        assert names >= {"registry", "reports", "gateway-0", "postgres", "rabbitmq"}
        assert all(one["missing"] == [] for one in found["services"])
        return bool(found["gateway"]["ready"])

    eventually(look, 60, "a ready city")


def test_a_stopped_service_is_seen_and_named(stack: Stack) -> None:
    stack.supervisor.stop_process("permits")
    try:
        status = kota(stack.state.folder, "status")
        assert status.code == 1 and "not all is well" in status.out
        doctor = kota(stack.state.folder, "doctor", "--json")
        assert doctor.code == 1
        problems = [one["what"] for one in doctor.json if one["kind"] == "problem"]
        assert any(what.startswith("permits is not ready") for what in problems)
        assert any("nobody takes from permits.witness_seal" in what for what in problems)
        assert all(one["remedy"] for one in doctor.json)
    finally:
        stack.supervisor.start_process("permits")
        eventually(lambda: stack.process_is_ready("permits"), 60, "permits")


@pytest.mark.parametrize(
    "command", [["outbox"], ["outbox", "list"], ["migrate", "--check"], ["parked", "list"],
                ["users", "list"], ["city", "history"]]
)  # fmt: skip
def test_machines_read_json(stack: Stack, command: list[str]) -> None:
    ran = kota(stack.state.folder, *command, "--json")
    assert ran.code == 0, ran.err
    assert isinstance(ran.json, list)


def test_nothing_is_found_where_nothing_is(stack: Stack) -> None:
    for command in (["status"], ["outbox"], ["backup", "list"], ["events", "tail"]):
        ran = kota(stack.state.folder / "nowhere", *command)
        assert ran.code == 2 and "set " in ran.err and "Traceback" not in ran.err
