"""Prometheus, as its profile runs it, finds every process and understands every rule."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infra.local.state import ROOT
from infra.vault.needs import NEEDS, SERVICES
from tests.cities import City
from tests.client import Client
from tests.compose.containers import ids
from tests.composed import compose, docker
from tests.place import free_port
from tests.waiting import eventually

PROFILE = ("--profile", "observability")


def can_get(service: str) -> bool:
    """Whether the service's image is here, or a registry has it."""
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]["image"]
    is_here = docker("image", "inspect", image, check=False).returncode == 0
    return is_here or compose(*PROFILE, "pull", "--quiet", service, check=False).returncode == 0


@pytest.fixture(scope="module")
def prometheus(city: City) -> Iterator[Client]:
    """A client of Prometheus, started beside the city."""
    if not can_get("prometheus"):
        pytest.skip("its image is not here, and no registry answers")
    port = free_port()
    os.environ["PROMETHEUS_PORT"] = str(port)
    compose(*PROFILE, "up", "--detach", "--wait", "--no-deps", "prometheus")
    yield Client(f"http://127.0.0.1:{port}")
    compose(*PROFILE, "rm", "--force", "--stop", "prometheus")
    del os.environ["PROMETHEUS_PORT"]


def data(client: Client, path: str) -> Any:
    return client.get(path).json["data"]


def test_every_process_is_found_and_answers(prometheus: Client) -> None:
    wanted = Counter({"rabbitmq": 1, "rabbitmq-queues": 1, "prometheus": 1})
    wanted |= {name: len(ids(name)) for name in NEEDS}

    def well() -> Counter[str]:
        targets = data(prometheus, "/api/v1/targets?state=active")["activeTargets"]
        return Counter(one["labels"]["job"] for one in targets if one["health"] == "up")

    eventually(lambda: well() == wanted, 90, f"targets {wanted}")
    query = "/api/v1/query?query=count(kota_build_info)by(service)"
    found = {one["metric"]["service"] for one in data(prometheus, query)["result"]}
    assert found >= set(SERVICES)


def test_every_rule_is_understood(prometheus: Client) -> None:
    def states() -> set[str]:
        groups = data(prometheus, "/api/v1/rules")["groups"]
        return {rule["health"] for group in groups for rule in group["rules"]}

    eventually(lambda: states() == {"ok"}, 90, "every rule evaluated")
