"""10: a broker of three nodes loses one, and then two."""

from __future__ import annotations

import time
from pathlib import Path

from infra.local.rabbitmq import URL
from infra.local.state import State
from infra.vault.vault import write
from services.notify.contract import TELL_PEOPLE
from tests.reliability.chaos.faults.cluster import NODES, Cluster
from tests.reliability.chaos.scenario import Run, Scenario
from tests.reliability.chaos.world import FOLDER, World, usual
from tests.reliability.databases import column, connected
from tests.waiting import eventually

ONE_AWAY_SECONDS = 15.0
TWO_AWAY_SECONDS = 60.0
_OLDEST = (
    "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float FROM chassis.outbox"
)


class Clustered(World):
    """A city on a cluster that somebody else keeps."""

    def __init__(self, usual: World) -> None:
        super().__init__(usual.stack)
        # not the city's own folder: what runs there when a city starts is ended as left over
        self.cluster = Cluster(State(self.stack.state.folder.parent / "cluster"))

    def open(self) -> None:
        """First the cluster, so that queues get three members."""
        self.cluster.open()
        write(self.stack.state.secret(f"given_{URL}"), self.cluster.url)
        super().open()

    def close(self) -> None:
        """The city first."""
        self.stack.down()
        self.cluster.close()
        self.stack.forget()


def clustered(folder: Path = FOLDER) -> World:
    """The usual city on a broker of three nodes."""
    return Clustered(usual(folder))


def nodes_lost(run: Run) -> None:
    """kill -9 of the node that leads the queue of notify; later of two nodes, for a minute."""
    world = run.world
    assert isinstance(world, Clustered)
    cluster = world.cluster
    _one(run, cluster)
    _two(run, cluster)


def _one(run: Run, cluster: Cluster) -> None:
    leader = cluster.leader(TELL_PEOPLE.queue)
    cluster.kill(leader)
    began = time.monotonic_ns()
    run.let_it_run(ONE_AWAY_SECONDS)
    run.writes_go_on(began)
    with connected(run.world.stack, "reports") as reports:
        eventually(lambda: column(reports, _OLDEST)[0] < 5.0, 30, "events that leave")
    now = cluster.leader(TELL_PEOPLE.queue)
    run.require(now != leader, f"node {leader} led and was killed; node {now} leads, events flow")
    _back(run, cluster, leader)


def _two(run: Run, cluster: Cluster) -> None:
    lost = NODES[:2]
    for n in lost:
        cluster.kill(n)
    began = time.monotonic_ns()
    run.let_it_run(TWO_AWAY_SECONDS)
    run.note(f"nodes {lost[0]} and {lost[1]} killed, away for {TWO_AWAY_SECONDS:.0f} s")
    run.writes_go_on(began)
    _back(run, cluster, *lost)


def _back(run: Run, cluster: Cluster, *lost: int) -> None:
    began = time.monotonic()
    for n in lost:
        cluster.start(n)
    for n in NODES:
        cluster.wait(n)
    run.world.wait_ready(120)
    run.note(f"whole again {time.monotonic() - began:.0f} s after the nodes were started")


SCENARIOS = [Scenario(10, "a node of three, then two of three, lost", nodes_lost, world=clustered)]
