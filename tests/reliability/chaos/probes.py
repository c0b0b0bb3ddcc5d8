"""Numbers that a scenario reads while it goes on."""

from __future__ import annotations

import http.client
from urllib.error import HTTPError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.reliability.chaos.world import World


def is_answered(address: str) -> bool:
    """Whether a question for health or readiness is answered, be it with "not ready"."""
    try:
        with urlopen(address, timeout=5):
            return True
    except HTTPError as error:
        return error.code == 503
    except (OSError, http.client.HTTPException):
        return False


def metric(world: World, process: str, name: str, **labels: str) -> float:
    """The sum of a process' samples of that name with these labels."""
    port = world.stack.state.admin_port(process)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def doubles_dropped(world: World, process: str = "notify") -> float:
    """How many events a process' inbox has dropped since it started, having had them before."""
    return metric(world, process, "kota_events_handled_total", outcome="duplicate")
