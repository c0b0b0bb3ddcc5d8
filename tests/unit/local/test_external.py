"""An operator's own servers: who connects where."""

from __future__ import annotations

import pytest

from infra.local.environment import Environment
from infra.local.postgres import Postgres
from infra.local.programs import programs
from infra.local.rabbitmq import RabbitMQ
from infra.local.state import State

OURS = ("postgres", "epmd", "rabbitmq")


def stack_of(state: State) -> Environment:
    return Environment(state, Postgres(state), RabbitMQ(state), 8080, {})


@pytest.mark.parametrize(
    ("admin", "place", "query"),
    [
        ("postgresql://boss:x@db.example:5433/postgres", "db.example:5433", ""),
        ("postgresql://boss:x%40y@db.example/postgres", "db.example", ""),
        ("postgres://boss:x@[::1]:5433/postgres?sslmode=require", "[::1]:5433", "?sslmode=require"),
        ("postgresql://db.example/postgres?user=boss&password=x&sslmode=verify-full", "db.example",
         "?sslmode=verify-full"),
    ],
)  # fmt: skip
def test_services_connect_where_the_superuser_does(
    state: State, monkeypatch: pytest.MonkeyPatch, admin: str, place: str, query: str
) -> None:
    monkeypatch.setenv("POSTGRES_ADMIN_URL", admin)
    environment = stack_of(state).of("reports")
    password = state.password("database_reports_app")
    assert environment["DATABASE_URL"] == (
        f"postgresql://reports_app:{password}@{place}/reports{query}"
    )
    assert (
        f"reports_owner:{state.password('database_reports_owner')}@{place}/reports"
        in (environment["MIGRATION_DATABASE_URL"])
    )
    assert not any("boss" in value for value in environment.values())
    assert Postgres(state).admin_url() == admin


def test_without_it_they_connect_to_ours(state: State) -> None:
    environment = stack_of(state).of("reports")
    assert f"@127.0.0.1:{state.ports()['postgres']}/reports" in environment["DATABASE_URL"]
    assert f"@127.0.0.1:{state.ports()['amqp']}/" in environment["AMQP_URL"]
    assert {program.name for program in programs(stack_of(state), 1)} >= set(OURS)


def test_everybody_connects_to_the_given_broker(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://kota:long-and-random@mq.example:5673/city")
    environment = stack_of(state)
    for name in ("registry", "gateway"):
        assert environment.of(name)["AMQP_URL"].endswith("@mq.example:5673/city")
    names = {program.name for program in programs(environment, 1)}
    assert "postgres" in names and not names & {"epmd", "rabbitmq"}


def test_the_broker_is_looked_for_where_it_is(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> None:
        asked.append(address)
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr("infra.local.rabbitmq.socket.create_connection", connect)
    for url in ("amqp://u:p@mq.example/", "amqps://u:p@mq.example/", "amqp://u:p@[::1]:77/"):
        monkeypatch.setenv("AMQP_URL", url)
        assert RabbitMQ(state).problem() == "nobody there"
    assert asked == [("mq.example", 5672), ("mq.example", 5671), ("::1", 77)]


def test_commands_without_the_variable_remember_it(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://u:p@mq.example/")
    state.remember("AMQP_URL", "POSTGRES_ADMIN_URL")
    monkeypatch.delenv("AMQP_URL")
    assert RabbitMQ(state).external == "amqp://u:p@mq.example/"
    assert state.secret("given_AMQP_URL").stat().st_mode & 0o777 == 0o600
    assert Postgres(state).external is None


@pytest.mark.parametrize("wrong", ["host=db.example user=boss", "postgresql:///postgres"])
def test_an_address_without_a_host_is_refused(
    state: State, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("POSTGRES_ADMIN_URL", wrong)
    problem = Postgres(state).problem()
    assert problem is not None and "POSTGRES_ADMIN_URL must look like" in problem
