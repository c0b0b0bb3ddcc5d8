"""h: what the city weighs and how long it takes to start."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping

from infra.local.processes import running
from tests.benchmarks.figures import Outcome, less
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage

WHOLE_MB, FRESH_SECONDS, WARM_SECONDS = 600.0, 180.0, 20.0


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Start from nothing, live a little, weigh, stop, start again."""
    stage.close()
    began = time.monotonic()
    stack = stage.stack
    fresh = time.monotonic() - began
    seen = stage.load("lifecycle", 8, scale.seconds, given=stage.crew())
    stage.wait_handled(3 * seen.done)
    weights = _weights(stage)
    warm: list[float] = []
    for _ in range(min(scale.rounds, 3)):
        stack.down()
        began = time.monotonic()
        stack.up()
        warm.append(time.monotonic() - began)
    whole = sum(megabytes for name, megabytes in weights.items() if name != "mail")
    return Outcome(
        [
            less("whole city", "MB", whole, WHOLE_MB),
            less("fresh start", "s", fresh, FRESH_SECONDS),
            less("warm start", "s", warm, WARM_SECONDS),
            *[less(f"memory of {name}", "MB", mb) for name, mb in sorted(weights.items())],
            *[less(f"image {name}", "MB", mb) for name, mb in _images().items()],
        ],
        [
            "memory is proportional (PSS), each process with all below it, after lives at full "
            "speed; the mail sink is no part of the city",
            "a fresh start makes databases, secrets and accounts; installing packages and .venv "
            "comes before it on a new machine",
        ],
    )


def _weights(stage: Stage) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    for process in running(stage.stack.state.folder):
        found[process["name"]] += process["memory_mb"]
    return found


def _images() -> dict[str, float]:
    """Sizes of our images in MB, where a Docker engine has them."""
    if shutil.which("docker") is None:
        return {}
    command = ["docker", "image", "ls", "--format", "{{json .}}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    images = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["Repository"]: _megabytes(one["Size"]) for one in images
            if one["Repository"].startswith("kota")}  # fmt: skip


def _megabytes(size: str) -> float:
    units = {"kB": 1e-3, "MB": 1.0, "GB": 1e3}
    return next((float(size[:-2]) * n for unit, n in units.items() if size.endswith(unit)), 0.0)
