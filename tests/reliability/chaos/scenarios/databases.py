"""13 to 15 and 24: PostgreSQL restarts, stands still, has no disk; each database is closed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from infra.local.state import SERVICES
from tests.client import Client
from tests.reliability.chaos.faults.databases import closed, connections, full, mount, unmount
from tests.reliability.chaos.scenario import Run, Scenario
from tests.reliability.chaos.world import FOLDER, World, family, usual

FROZEN_SECONDS = 20.0
FULL_SECONDS = 20.0
CLOSED_SECONDS = 6.0
DISK_MEGABYTES = 384
# what one process of a service holds at most: its requests' pool and its background's
MOST_CONNECTIONS = 12
CALM_SECONDS = 8.0
# a read of each service
READS = {
    "registry": "/v1/auth/me",
    "reports": "/v1/reports?limit=1",
    "notify": "/v1/notifications?limit=1",
    "permits": "/v1/permit-types/pbg",
}


def restarted(run: Run) -> None:
    """Once as an operator does it, once by kill -9 of all its processes."""
    run.world.lost("postgres")
    with run.world.stopped("postgres"):
        pass
    run.note("PostgreSQL stopped (fast shutdown) and started")
    _no_pile_up(run)
    _killed(run)
    _no_pile_up(run)


def _killed(run: Run) -> None:
    """What none of them had handed to the system yet is gone."""
    run.world.lost("postgres")
    pids = family(run.world.stack.pid("postgres"))
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.world.stack.wait_servers()
    run.note(f"killed PostgreSQL (-9, {len(pids)} processes), and it was started again")


def frozen(run: Run) -> None:
    """SIGSTOP of the server and all its processes, and SIGCONT."""
    run.world.lost("postgres")
    with run.world.frozen("postgres") as pids:
        run.let_it_run(FROZEN_SECONDS)
    run.note(f"PostgreSQL frozen for {FROZEN_SECONDS:.0f} s ({len(pids)} processes)")
    _no_pile_up(run)


def without_disk(run: Run) -> None:
    """The file system under all databases is filled to the last byte."""
    run.world.lost("postgres")
    with full(run.world.stack.postgres.data) as taken:
        began = time.monotonic_ns()
        run.let_it_run(FULL_SECONDS)
        refused = sum(one.status == 503 for one in run.since(began))
    run.require(
        refused > 0,
        f"disk of {DISK_MEGABYTES} MB full for {FULL_SECONDS:.0f} s ({taken >> 20} MB of ballast);"
        f" {refused} requests refused",
    )
    _no_pile_up(run)


def each_alone(run: Run) -> None:
    """One after the other lets nobody in; people go on with the others."""
    citizen = run.world.city.log_in("citizen-1")
    for service in SERVICES:
        run.world.lost("postgres")
        with closed(run.world.stack, service) as thrown_out:
            served, refused = _served(citizen, service)
        run.require(
            not refused, f"without the database of {service} ({thrown_out} connections ended):"
            f" {served} reads of the others served; refused: {refused or 'none'}",
        )  # fmt: skip
        run.world.wait_ready()


def _served(citizen: Client, without: str) -> tuple[int, list[str]]:
    served, refused = 0, []
    until = time.monotonic() + CLOSED_SECONDS
    while time.monotonic() < until:
        for path in (path for service, path in READS.items() if service != without):
            answer = citizen.get(path)
            if answer.status == 200:
                served += 1
            else:
                refused.append(f"{answer.status} {path}")
        time.sleep(0.2)
    return served, refused


def _no_pile_up(run: Run) -> None:
    """Once it is back, requests are answered as ever, and connections have not become more."""
    run.world.wait_ready()
    began = time.monotonic_ns()
    run.let_it_run(CALM_SECONDS)
    answers = run.since(began)
    refused = sum(one.type != "ok" for one in answers)
    slowest = max((one.seconds or 0.0 for one in answers), default=0.0)
    run.require(
        bool(answers) and not refused,
        f"afterwards {len(answers)} requests answered, {refused} refused, slowest {slowest:.2f} s",
    )
    held = connections(run.world.stack)
    most = max(held.get(service, 0) for service in SERVICES)
    run.require(
        most <= MOST_CONNECTIONS, f"{most} connections of one service, at most {MOST_CONNECTIONS}"
    )


class SmallDisk(World):
    """A city whose databases lie on a file system of their own, with a bounded size."""

    def open(self) -> None:
        """Mount it, and bring the city up on it."""
        unmount(self.stack.postgres.data)
        mount(self.stack.postgres.data, DISK_MEGABYTES)
        super().open()

    def close(self) -> None:
        """Stop and forget everything, the file system too."""
        self.stack.down()
        unmount(self.stack.postgres.data)
        self.stack.forget()


def small_disk(folder: Path = FOLDER) -> World:
    """The usual city on a small disk."""
    return SmallDisk(usual(folder).stack)


SCENARIOS = [
    Scenario(13, "PostgreSQL restarts", restarted),
    Scenario(14, "PostgreSQL frozen for 20 s", frozen),
    Scenario(15, "the disk of PostgreSQL is full", without_disk, world=small_disk),
    Scenario(24, "each database closed alone", each_alone),
]
