"""22, 25 and 26: two processes of a service, side by side."""

from __future__ import annotations

import re
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from infra.local.state import SERVICES
from tests.client import Client
from tests.reliability.chaos.faults.processes import beside
from tests.reliability.chaos.faults.relay import frozen_leader
from tests.reliability.chaos.scenario import Run, Scenario
from tests.reliability.databases import change, column, connected
from tests.reliability.release import Release, present_head
from tests.waiting import eventually

FROZEN_SECONDS = 60.0
TAKEOVER_SECONDS = 30.0
SIDE_BY_SIDE_SECONDS = 10.0
_AGE = "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float FROM chassis.outbox"
_DOUBLES = re.compile(r'^kota_events_handled_total{.*outcome="duplicate"} (\S+)', re.MULTILINE)


def rolling_restart(run: Run) -> None:
    """Two of each process; one after the other is restarted, and nobody notices."""
    stack = run.world.stack
    with ExitStack() as opened:
        extras = [opened.enter_context(beside(stack, service)) for service in SERVICES]
        began = time.monotonic_ns()
        stack.restart()
        for extra in extras:
            extra.stop()
            extra.start()
        answers = run.since(began)
    failed = [one for one in answers if one.type != "ok"]
    restarted = len(extras) + len(SERVICES) + len(stack.supervisor.members("gateway"))
    run.require(
        bool(answers) and not failed,
        f"{restarted} processes restarted; of {len(answers)} requests {len(failed)} failed",
    )


def leader_frozen(run: Run) -> None:
    """The leader of reports' relay stands still with events in its hands."""
    stack = run.world.stack
    with beside(stack, "reports") as extra:
        pids = [stack.pid("reports"), extra.pid]
        before = _doubles(run)
        with frozen_leader(stack, "reports", pids):
            began = time.monotonic()
            taken_over = _takeover(run)
            run.let_it_run(max(0.0, FROZEN_SECONDS - (time.monotonic() - began)))
        run.require(
            taken_over <= TAKEOVER_SECONDS,
            f"leader frozen for {FROZEN_SECONDS:.0f} s; another published after {taken_over:.1f} s",
        )
        run.let_it_run(3.0)
        doubles = _doubles(run) - before
        run.require(doubles == 0, f"{doubles} events published twice after it was thawed")


def _takeover(run: Run) -> float:
    """Seconds until the events that wait now have left."""
    began = time.monotonic()
    with connected(run.world.stack, "reports") as reports:
        eventually(lambda: column(reports, _AGE)[0] > 2.0, 30, "events that wait")
        eventually(lambda: column(reports, _AGE)[0] < 2.0, 60, "events that leave")
    return time.monotonic() - began


def _doubles(run: Run) -> int:
    """How many doubles notify's inboxes have dropped."""
    port = run.world.stack.state.admin_port("notify")
    found = _DOUBLES.findall(Client(f"http://127.0.0.1:{port}").get("/metrics").text)
    return int(sum(map(float, found)))


def next_version(run: Run) -> None:
    """reports in version N+1, with a column more, beside N on one database."""
    stack = run.world.stack
    with tempfile.TemporaryDirectory() as folder:
        release = _next_release(run, Path(folder))
        release.migrate()
        with beside(stack, "reports", release.folder):
            run.let_it_run(SIDE_BY_SIDE_SECONDS)
            served = _by_version(run)
        run.require(all(served), f"reports of version N wrote {served[0]} reports, N+1 {served[1]}")
        _take_back(run)


def _next_release(run: Run, folder: Path) -> Release:
    release = Release(run.world.stack, "reports", folder)
    release.change("repository.py", "INSERT INTO report (id,", "INSERT INTO report (channel, id,")
    release.change(
        "repository.py", "VALUES (%(id)s, %(number)s,", "VALUES ('n+1', %(id)s, %(number)s,"
    )
    release.add_migration("ALTER TABLE report ADD COLUMN channel text")
    return release


def _by_version(run: Run) -> tuple[int, int]:
    """Reports since the release came, written by N and by N+1."""
    sql = (
        "SELECT count(*) FROM report WHERE created_at > now() - %s * interval '1 second'"
        " AND coalesce(channel, 'n') = %s"
    )
    with connected(run.world.stack, "reports") as reports:
        counts = [column(reports, sql, SIDE_BY_SIDE_SECONDS, by)[0] for by in ("n", "n+1")]
    return counts[0], counts[1]


def _take_back(run: Run) -> None:
    with connected(run.world.stack, "reports", owner=True) as reports:
        change(reports, "ALTER TABLE report DROP COLUMN channel")
        head = present_head("reports")
        change(reports, "UPDATE chassis.version_reports SET version_num = %s", head)


SCENARIOS = [
    Scenario(22, "rolling restart, two of each process", rolling_restart),
    Scenario(25, "relay leader frozen for 60 s, then thawed", leader_frozen),
    Scenario(26, "version N+1 of reports beside N", next_version),
]
