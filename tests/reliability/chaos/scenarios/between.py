"""6 and 7: a process dies between what it did outside and writing that down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.notify.courier import MOST_AT_ONCE
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.probes import doubles_dropped
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.chaos.world import BACK_SECONDS, World
from tests.reliability.databases import change, column, connected
from tests.waiting import eventually

TIMES = 3
_KEY = 7_000_001
# whoever writes it down waits for us; after three seconds (lock_timeout) it gives up
_HOLD = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock({key});
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"""
_FREE = "DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}"
_WAITING = """
SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = {key}
AND NOT l.granted"""


@contextmanager
def held(world: World, service: str, deed: str, table: str) -> Iterator[Any]:
    """Whoever does that to a row of the table stands still; then what they began is undone."""
    words = {"name": "hold_it", "deed": deed, "table": table, "key": _KEY}
    waiting = _WAITING.format(**words)
    stack = world.stack
    with connected(stack, service, owner=True) as owner, connected(stack, service) as mine:
        change(mine, "SELECT pg_advisory_lock(%s)", _KEY)
        change(owner, _HOLD.format(**words))
        try:
            eventually(
                lambda: column(mine, waiting), BACK_SECONDS, f"a {deed} of {table} on its way"
            )
            yield mine
            # the server would finish what was sent to it
            change(mine, f"SELECT pg_terminate_backend(pid) FROM ({waiting}) waiting")
        finally:
            change(owner, _FREE.format(**words))


def between_confirm_and_delete(times: int) -> Fault:
    """reports is killed when the broker has confirmed a batch and the outbox still holds it."""

    def fault(run: Run) -> None:
        before = doubles_dropped(run.world)
        sent = 0
        for _ in range(times):
            with held(run.world, "reports", "DELETE", "chassis.outbox") as reports:
                (confirmed,) = column(reports, "SELECT count(*) FROM chassis.outbox")
                run.world.kill("reports")
            sent += confirmed
            run.world.wait_ready()
        run.note(f"killed reports {times} times between confirm and delete")
        eventually(lambda: doubles_dropped(run.world) - before >= times, BACK_SECONDS, "doubles")
        dropped = doubles_dropped(run.world) - before
        run.require(
            dropped >= times, f"outboxes held {sent} events then; the inbox dropped {dropped:.0f}"
        )

    return fault


def between_accept_and_commit(times: int) -> Fault:
    """notify is killed when the mail server has taken a message and nobody has written it down."""

    def fault(run: Run) -> None:
        for _ in range(times):
            with held(run.world, "notify", "UPDATE", "mail_attempt"):
                run.world.kill("notify")
            run.world.wait_ready()
        run.memory["mails_again"] = times
        run.note(f"killed notify {times} times between the mail server's accept and its commit")

    return fault


def sent_once_more(run: Run, observed: Observed) -> None:
    """Each crash shows: as attempts that were lost, those begun together, and as the one e-mail of
    them that was sent again."""
    again = [mail for mail in observed.mails if mail.copies > 1]
    lost = sum(mail.outcomes.count("lost") for mail in observed.mails)
    kills = sum(kill.process == "notify" for kill in run.world.kills)
    run.require(
        run.memory["mails_again"] <= len(again) <= min(lost, kills)
        and lost <= MOST_AT_ONCE * kills,
        f"{len(again)} of {len(observed.mails)} e-mails arrived once more,"
        f" {lost} attempts are marked as lost",
    )


SCENARIOS = [
    Scenario(
        6,
        "kill between the relay's confirm and its delete",
        between_confirm_and_delete(TIMES),
        quick=between_confirm_and_delete(1),
    ),
    Scenario(
        7,
        "kill notify between the mail server's accept and its commit",
        between_accept_and_commit(TIMES),
        sent_once_more,
        quick=between_accept_and_commit(1),
    ),
]
