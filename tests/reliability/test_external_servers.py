"""A stack on servers that somebody else keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from infra.local.stack import Stack
from tests.client import log_in
from tests.place import free_port
from tests.reliability.journal import PLACE
from tests.running import KNOBS
from tests.waiting import eventually


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Stack]:
    """PostgreSQL and RabbitMQ without a city, in the place of an operator's own."""
    stack = Stack(tmp_path / "operator", free_port())
    stack.start_servers()
    yield stack
    stack.down()
    stack.forget()


def test_a_city_on_external_servers(
    operator: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = operator.postgres.admin_url() + "?application_name=city"
    monkeypatch.setenv("POSTGRES_ADMIN_URL", admin)
    monkeypatch.setenv("AMQP_URL", operator.rabbitmq.url())
    city = Stack(tmp_path / "city", free_port(), gateways=1, extra=KNOBS)
    try:
        city.up()
        monkeypatch.delenv("POSTGRES_ADMIN_URL")
        monkeypatch.delenv("AMQP_URL")
        assert not {"postgres", "rabbitmq", "epmd"} & set(city.supervisor.processes())
        assert a_report_is_told_of(city)
        assert Stack(tmp_path / "city", city.port).postgres.admin_url() == admin
        told = Path(f"/proc/{city.pid('reports')}/environ").read_bytes()
        assert operator.state.password("postgres").encode() not in told
    finally:
        city.down()
        city.forget()
    assert databases(operator) >= {"registry", "reports", "notify", "permits"}


def a_report_is_told_of(city: Stack) -> bool:
    citizen = log_in(city.base_url, city.state.logins, "citizen-1")
    made = citizen.post("/v1/reports", PLACE | {"description": "uji server luar"})
    assert made.status == 201, made.text
    return eventually(lambda: bool(citizen.get("/v1/notifications").json["items"]))


def databases(operator: Stack) -> set[str]:
    connection = psycopg2.connect(operator.postgres.admin_url())
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        found = {name for (name,) in cursor.fetchall()}
    connection.close()
    return found
