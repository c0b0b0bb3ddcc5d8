"""23: everything is wiped, and made again from a backup that was taken under load."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from infra.local.stack import Stack
from tests.reliability.chaos.faults.restoring import Backups
from tests.reliability.chaos.scenario import Run, Scenario
from tests.reliability.chaos.world import KNOBS

BEFORE_SECONDS, AFTER_SECONDS = 5.0, 3.0


def restored(run: Run) -> None:
    """A backup while people write; more writes, which are lost; nothing is left; a restore."""
    world = run.world
    with tempfile.TemporaryDirectory() as folder:
        backups = Backups(world.stack, Path(folder))
        run.let_it_run(BEFORE_SECONDS)
        run.brought_back_to = began = time.monotonic_ns()
        backup = backups.make()
        seconds = (time.monotonic_ns() - began) / 1e9
        run.let_it_run(AFTER_SECONDS)
        run.load.stop()
        writes = [one for one in run.since(began) if one.is_write]
        refused = sum(one.type != "ok" for one in writes)
        run.require(
            bool(writes) and not refused,
            f"backup in {seconds:.0f} s; {len(writes)} writes since it began, {refused} refused",
        )
        world.stack.down()
        world.stack.forget()
        world.stack = Stack(world.stack.state.folder, world.stack.port, extra=KNOBS)
        backups.stack = world.stack
        began_again = time.monotonic()
        world.stack.only_servers()
        backups.restore(backup)
        world.stack.up()
    run.note(f"wiped, restored and ready {time.monotonic() - began_again:.0f} s later")


SCENARIOS = [
    # what was mailed since is mailed again, and the mail sink was wiped with the rest
    Scenario(23, "backup, wipe, restore", restored, invariants=("I1", "I3", "I5", "I6"))
]
