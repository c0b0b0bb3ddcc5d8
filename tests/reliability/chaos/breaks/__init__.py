"""Tests of the tests: the city is broken on purpose, and the checker has to see it.

Nothing of this is in the services. Python imports `sitecustomize` when a process starts, if it
finds one; a broken city's processes find ours, which changes a module of the chassis when loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local.state import ROOT
from tests.reliability.chaos.world import World
from tests.reliability.databases import change, connected

INJECTED = Path(__file__).parent / "injected"


@dataclass(frozen=True)
class Break:
    """A way to break the city. red: the scenarios that must not hold then, and what must complain:
    an invariant, or `demanded` for what a scenario demands besides.

    before: done to the city before the load. after: when all has settled, before it is judged.
    """

    name: str
    what: str
    red: dict[int, str]
    before: Callable[[World], None] = lambda world: None
    after: Callable[[World], None] = lambda world: None

    @property
    def environment(self) -> dict[str, str]:
        """What a broken city's processes are given."""
        return {"PYTHONPATH": f"{INJECTED}:{ROOT}", "CHAOS_BREAK": self.name}


def _no_guards(world: World) -> None:
    """Of the table's own: it is the inbox that is on trial."""
    with connected(world.stack, "notify", owner=True) as notify:
        for table in ("notification", "mail"):
            change(notify, f"ALTER TABLE {table} DROP CONSTRAINT {table}_event_id_recipient_key")


def _lose_a_seal(world: World) -> None:
    with connected(world.stack, "reports", owner=True) as reports:
        change(
            reports,
            "DELETE FROM chassis.audit_seal"
            " WHERE sequence = (SELECT max(sequence) - 3 FROM chassis.audit_seal)",
        )


BREAKS = {
    one.name: one
    for one in (
        Break("no-inbox", "the inbox lets doubles through", {17: "I2"}, before=_no_guards),
        Break(
            "no-outbox",
            "events are published in the request, after its commit",
            {2: "demanded", 3: "I2", 9: "I2"},
        ),
        Break("range-delete", "the relay deletes its batch by range", {27: "I2"}),
        Break("lost-seal", "a row of the seals is gone", {5: "I6"}, after=_lose_a_seal),
    )
}
