"""A real Prometheus on the running stack: it reaches everybody, and understands every question."""

from __future__ import annotations

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.stack import Stack
from infra.prometheus import native
from tests.contract.test_observability import expressions, names_in
from tests.place import free_port
from tests.waiting import eventually

TARGETS = {"gateway": 2, "registry": 1, "reports": 1, "notify": 1, "permits": 1,
           "rabbitmq": 1, "rabbitmq-queues": 1}  # fmt: skip

MISSED = {"ProcessDown", "ServiceAbsent", "NotReady", "BrokerDown", "BrokerBlocked"}


class Prometheus:
    """A Prometheus that is asked over HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **parameters: str) -> Any:
        url = f"http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]

    def up(self) -> dict[str, int]:
        """How many processes of each job answer."""
        try:
            found = self.get("query", query="sum by (job) (up)")["result"]
        except OSError:
            return {}
        return {one["metric"]["job"]: int(one["value"][1]) for one in found}

    def raised(self) -> set[str]:
        """Alerts that ring or are about to."""
        return {one["labels"]["alertname"] for one in self.get("alerts")["alerts"]}


@pytest.fixture
def prometheus(stack: Stack, tmp_path: Path) -> Iterator[Prometheus]:
    address = f"127.0.0.1:{free_port()}"
    configuration = native.configuration(stack.state)
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            ["prometheus", "--config.file", "prometheus.yml", "--storage.tsdb.path", "data",
             "--web.listen-address", address, "--log.level", "warn"],
            cwd=tmp_path, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield Prometheus(address)
        finally:
            process.terminate()
            process.wait(10)


def test_everybody_is_asked_and_every_question_is_understood(prometheus: Prometheus) -> None:
    eventually(lambda: prometheus.up() == TARGETS, 30, "all targets")
    for expression in expressions():
        prometheus.get("query", query=expression.replace("$job", "reports"))
    told = set(prometheus.get("label/__name__/values"))
    asked = {name for name in names_in(expressions()) if name.startswith("rabbitmq_")}
    assert len(asked) > 5 and asked <= told, asked - told
    rules = prometheus.get("rules", type="alert")["groups"]
    assert [r["name"] for group in rules for r in group["rules"] if r["health"] == "err"] == []
    # where all answer, what is missed is found again
    eventually(lambda: not MISSED & prometheus.raised(), 20, "silence")
