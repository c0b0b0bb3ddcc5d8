"""What is broken on purpose is broken in the processes of a broken city, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infra.local.state import ROOT
from tests.reliability.chaos.breaks import BREAKS
from tests.reliability.chaos.scenarios import ALL

SEEN = {
    "no-inbox": "from services.chassis.inbox import InboxClaim as c; print(c.check.__module__)",
    "no-outbox": "from services.chassis.unit_of_work import UnitOfWork as c;"
    " print(c.emit.__module__)",
    "range-delete": "from services.chassis import outbox; print('<=' in outbox.DELETE)",
}
BROKEN = {
    "no-inbox": "chaos_patches",
    "no-outbox": "chaos_patches",
    "range-delete": "True",
}


def printed(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True,
        check=True, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize("name", SEEN)
def test_only_a_broken_city_is_broken(name: str) -> None:
    assert printed(SEEN[name], BREAKS[name].environment) == BROKEN[name]
    assert printed(SEEN[name], {}) != BROKEN[name]


def test_each_break_names_scenarios_that_see_it() -> None:
    assert all(one.red and one.red.keys() <= ALL.keys() for one in BREAKS.values())
