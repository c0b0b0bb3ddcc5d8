"""Secrets and places that processes share, and those that they do not."""

from __future__ import annotations

import pytest

from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import PROCESSES, TRACE_SETTINGS, State

WHO_KNOWS = {
    "CURSOR_SECRET": {"gateway"},
    "UPLOAD_SECRET": {"gateway", "reports"},
    "FILES_URL": {"gateway", "reports"},
    "TRACKING_SECRET": {"reports"},
    "IDENTITY_SIGNING_KEY": {"registry"},
    "CODE_SECRET": {"registry"},
}


def environments(state: State, extra: dict[str, str]) -> dict[str, dict[str, str]]:
    made = Environment(state, Postgres(state), RabbitMQ(state), 8080, extra)
    return {name: made.of(name) for name in (*PROCESSES, "gateway-1")}


@pytest.mark.parametrize("name", WHO_KNOWS)
def test_a_secret_is_known_to_those_who_need_it(state: State, name: str) -> None:
    found = environments(state, {})
    knowing = {process for process, values in found.items() if name in values}
    assert {process.partition("-")[0] for process in knowing} == WHO_KNOWS[name]
    assert len({found[process][name] for process in knowing}) == 1
    assert ("gateway-1" in knowing) is ("gateway" in knowing)


@pytest.mark.parametrize("name", ["CURSOR_SECRET", "UPLOAD_SECRET"])
def test_secrets_are_made_once_and_differ(state: State, name: str) -> None:
    first = environments(state, {})["gateway"]
    assert len(bytes.fromhex(first[name])) == 32
    assert environments(state, {})["gateway"][name] == first[name]
    assert first["CURSOR_SECRET"] != first["UPLOAD_SECRET"]


def test_uploads_go_to_a_folder_that_is_there(state: State) -> None:
    url = environments(state, {})["reports"]["FILES_URL"]
    assert url == f"file://{state.folder.resolve()}/files" and state.files.is_dir()


@pytest.mark.parametrize("name", ["CURSOR_SECRET", "UPLOAD_SECRET", "FILES_URL"])
def test_extra_stands_above(state: State, name: str) -> None:
    found = environments(state, {name: "given"})
    assert found["gateway"][name] == found["gateway-1"][name] == found["reports"][name] == "given"


def test_a_collector_is_everybodys_and_is_remembered(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any("OTLP_ENDPOINT" in found for found in environments(state, {}).values())
    monkeypatch.setenv("OTLP_ENDPOINT", "http://collector.example:4318")
    state.remember(*TRACE_SETTINGS)
    monkeypatch.delenv("OTLP_ENDPOINT")
    given = {found["OTLP_ENDPOINT"] for found in environments(state, {}).values()}
    assert given == {"http://collector.example:4318"}


@pytest.mark.parametrize("name", ["SMTP_URL", "OTLP_ENDPOINT"])
def test_names_are_looked_up_without_blocking_where_there_may_be_some(
    state: State, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    blocking = "EVENTLET_NO_GREENDNS"
    assert all(blocking in found for found in environments(state, {}).values())
    monkeypatch.setenv(name, "smtp://mail.example:25")
    state.remember(name)
    assert not any(blocking in found for found in environments(state, {}).values())
