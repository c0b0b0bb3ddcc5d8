"""Containers die, multiply, stop and come back, and nothing that was accepted is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.vault.needs import SERVICES
from tests.cities import City
from tests.client import Client
from tests.compose.containers import ids, inspect, python, wait_healthy
from tests.composed import compose, docker, stack
from tests.waiting import eventually

REPORT = {"category": "sampah", "description": "uji wadah", "lat": -6.3223, "long": 106.6943}


def submit(client: Client) -> dict[str, Any]:
    answer = client.post("/v1/reports", REPORT)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def is_told(client: Client, report: dict[str, Any]) -> bool:
    items = client.get("/v1/notifications?limit=100").json["items"]
    return report["id"] in [item["report_id"] for item in items]


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_killed_it_comes_back(citizen: Client, service: str) -> None:
    made = submit(citizen)
    (container, *others) = ids(service)
    before = inspect(container)["RestartCount"]
    # of the container's own processes, all but the first, which ends with them
    docker("exec", container, "sh", "-c", "kill -9 -1", check=False)
    eventually(lambda: inspect(container)["RestartCount"] > before, 60, "the restart")
    wait_healthy(service, 1 + len(others))
    eventually(lambda: is_told(citizen, made), 60, "the notification")
    eventually(lambda: citizen.get("/readyz?all=1").status == 200, 60, "everything")
    assert submit(citizen)


@pytest.fixture
def three() -> Iterator[list[str]]:
    """Three containers of reports."""
    compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", "reports=3", "reports")
    yield wait_healthy("reports", 3)
    compose("up", "--detach", "--no-deps", "--no-recreate", "--scale", "reports=1", "reports")
    wait_healthy("reports", 1)


def served(container: str) -> float:
    """How many reports a container has taken."""
    code = (
        "from urllib.request import urlopen\n"
        "print(urlopen('http://127.0.0.1:9100/metrics', timeout=5).read().decode())"
    )
    wanted = 'kota_operations_total{operation="submit_report",outcome="ok"}'
    lines = python(container, code)[1].splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(wanted))


def test_scaling_out_shares_the_work(citizen: Client, three: list[str]) -> None:
    before = [served(container) for container in three]
    made = [submit(citizen) for _ in range(60)]
    assert len({report["number"] for report in made}) == 60
    more = [served(one) - start for one, start in zip(three, before, strict=True)]
    assert sum(more) == 60 and min(more) > 0, more
    eventually(lambda: all(is_told(citizen, report) for report in made[-5:]), 60, "news")


def test_with_the_broker_away_all_three_are_called_directly(
    city: City, citizen: Client, three: list[str]
) -> None:
    compose("stop", "broker")
    try:
        eventually(lambda: citizen.get("/readyz").json["checks"]["broker"] == "away", 60)
        made = [submit(citizen) for _ in range(10)]
    finally:
        compose("start", "broker")
        wait_healthy("broker")
    assert len({report["id"] for report in made}) == 10
    eventually(lambda: all(is_told(citizen, report) for report in made), 90, "the notifications")
    eventually(lambda: citizen.get("/readyz?all=1").status == 200, 90, "everything")


def test_new_code_replaces_old_and_somebody_always_serves(citizen: Client) -> None:
    before = {name: ids(name) for name in ("gateway", "permits")}
    stack().restart()
    for name, old in before.items():
        fresh = ids(name)
        assert len(fresh) == len(old) and not set(fresh) & set(old)
    assert citizen.get("/readyz?all=1").status == 200


def test_stopped_and_started_again_it_knows_everything(city: City, citizen: Client) -> None:
    made = submit(citizen)
    logins = city.logins.read_text()
    stack().down()
    assert ids("nginx") == []
    stack().up()
    assert city.logins.read_text() == logins
    again = city.log_in("citizen-1")
    assert again.get(f"/v1/reports/{made['id']}").json["number"] == made["number"]
    eventually(lambda: is_told(again, made), 60, "the notification")
