"""Two officers at once, really at once: both wait for the same row, then both go on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.chassis.errors import DomainError
from services.chassis.principal import Principal
from services.reports import queries
from services.reports.lifecycle import folded
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ANNA,
    COLLEAGUE,
    OFFICER,
    RESOLVED,
    SUPERVISOR,
    do,
    life,
    photo,
)
from tests.waiting import eventually

# what this table says stays the same within a transaction, unless it is told otherwise
WAITING = """
SELECT count(*) AS count FROM pg_stat_clear_snapshot(), pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def at_once(desk: Desk, report: str, *deeds: Callable[[], Any]) -> list[str]:
    """Do all at the same moment: `done`, or why not, sorted."""

    def outcome(deed: Callable[[], Any]) -> str:
        try:
            deed()
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        with desk.caller.database.session() as holder:
            holder.execute("BEGIN")
            holder.execute(holder.render("SELECT 1 FROM report WHERE id = %(id)s FOR UPDATE",
                                         {"id": report}))  # fmt: skip
            asked = [pool.submit(outcome, deed) for deed in deeds]
            eventually(lambda: holder.execute(WAITING)[0]["count"] == len(deeds), what="both wait")
            holder.execute("ROLLBACK")
        return sorted(one.result() for one in asked)


def check(desk: Desk, report: str, versions: int) -> None:
    lines = desk.caller.rows(
        "SELECT version, action, data FROM report_history WHERE report_id = %(id)s"
        " ORDER BY version",
        {"id": report},
    )
    assert [line["version"] for line in lines] == list(range(1, versions + 1))
    shown = desk.get(report, OFFICER)
    assert shown["version"] == versions
    assert folded([(line["action"], line["data"]) for line in lines]) == shown["state"]


def deed(desk: Desk, name: str, report: str, by: Principal, **more: Any) -> Callable[[], Any]:
    return lambda: do(desk, name, report, by, **more)


@pytest.mark.parametrize(("match", "loser"), [(1, "stale_version"), (None, "illegal_action")])
def test_the_same_step(desk: Desk, match: int | None, loser: str) -> None:
    report = life(desk)
    more = {} if match is None else {"if_match": match}
    both = [deed(desk, "verify", report, by, **more) for by in (OFFICER, COLLEAGUE)]
    assert at_once(desk, report, *both) == ["done", loser]
    check(desk, report, 2)


def test_who_writes_what_refers_to_it_waits_for_nobody(desk: Desk) -> None:
    """A site that counts a report, say, while an officer acts on it."""
    report = {"id": life(desk)}
    database = desk.caller.database
    with database.session() as officer, database.session() as another:
        officer.execute("BEGIN")
        officer.execute(officer.render(queries._LOCKED, report))
        another.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
        another.execute(
            another.render(
                "INSERT INTO report_support (report_id, person, at)"
                " VALUES (%(id)s, 'somebody', now())",
                report,
            )
        )
        another.execute("COMMIT")
        officer.execute("ROLLBACK")


def test_one_claims_it(desk: Desk) -> None:
    report = life(desk)
    both = [deed(desk, "claim", report, by) for by in (OFFICER, COLLEAGUE)]
    assert at_once(desk, report, *both) == ["claimed", "done"]
    assert desk.get(report, OFFICER)["officer"] in ("officer", "colleague")
    check(desk, report, 2)


def test_different_answers(desk: Desk) -> None:
    report = life(desk, *RESOLVED[:3])
    more = {"photos": [photo(desk, OFFICER)]}
    both = deed(desk, "resolve", report, OFFICER, **more), deed(desk, "hold", report, COLLEAGUE)
    assert at_once(desk, report, *both) == ["done", "illegal_action"]
    check(desk, report, 5)


def test_words_do_not_get_in_each_others_way(desk: Desk) -> None:
    report = life(desk)
    both = [deed(desk, "note", report, by) for by in (OFFICER, COLLEAGUE, SUPERVISOR)]
    assert at_once(desk, report, *both) == ["done"] * 3
    check(desk, report, 4)


def test_a_rating_is_given_once(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    both = [deed(desk, "rate", report, ANNA, score=score) for score in (4, 5)]
    assert at_once(desk, report, *both) == ["already_rated", "done"]
    check(desk, report, 6)


def test_a_colleague_and_the_clock(desk: Desk) -> None:
    report = life(desk)
    desk.caller.clock.at = desk.caller.rows("SELECT alarm_at FROM report")[0]["alarm_at"]
    assert at_once(desk, report, deed(desk, "assign", report, OFFICER), desk.ring) == ["done"] * 2
    lines = desk.caller.rows("SELECT action FROM report_history ORDER BY version")
    # whichever came first: a warning of a term that is over would be a lie
    assert [line["action"] for line in lines] in (
        ["submitted", "assign"], ["submitted", "warn", "assign"]
    )  # fmt: skip
    check(desk, report, len(lines))
