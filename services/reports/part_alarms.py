"""What happens to an agency's part by itself: its term ends, and is passed up that agency."""

from __future__ import annotations

from functools import partial

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import (
    alarm_metrics,
    changing,
    part_changes,
    part_queries,
    part_repository,
    queries,
)
from services.reports.alarms import BATCH, POSTPONED
from services.reports.catalogue import Catalogue
from services.reports.changing import Step
from services.reports.contract import PART_ALARMS
from services.reports.lifecycle import OPEN, State
from services.reports.service_levels import Alarm, Terms

Due = tuple[str, str]


def due(work: UnitOfWork) -> list[Due]:
    """(report, agency) of parts whose alarm should have rung by now, the oldest first."""
    return part_queries.alarms_due(work, work.clock.now(), BATCH)


def ring(work: UnitOfWork, one: Due, city: Catalogue) -> None:
    """Do what the part's alarm is for, and set the next one; nothing if it is not due (any more).

    As with the report's own, ringing twice is harmless: the report's lock is the part's.
    """
    now, report = work.clock.now(), queries.locked(work, one[0])
    part = part_queries.one(work, *one)
    if report is None or part is None or part["alarm"] is None or part["alarm_at"] > now:
        return
    terms, alarm = city.terms(report["category"], part["agency"]), Alarm(part["alarm"])
    work.after_commit(partial(alarm_metrics.rung, f"part_{alarm}"))
    if State(report["state"]) not in OPEN:
        # settled by a version that knows no parts
        part_repository.put(work, part_changes.withdrawn(part, now))
    elif alarm is Alarm.ESCALATE and part["escalation"] >= len(terms.ladder):
        part_repository.put(work, part | {"alarm": None, "alarm_at": None})
    else:
        changing.take(work, report, _step(alarm, report, part, terms), city)


def postpone(work: UnitOfWork, one: Due) -> None:
    """Let an alarm that failed rest for a while."""
    alarm_metrics.failed()
    part_repository.set_alarm(work, *one, work.clock.now() + POSTPONED)


def _step(alarm: Alarm, report: Row, part: Row, terms: Terms) -> Step:
    told = terms.ladder[part["escalation"]] if alarm is Alarm.ESCALATE else None
    missed = part["missed"] + (alarm is Alarm.MISS)
    after = part | terms.rung(part) | {"missed": missed}
    name = f"part_{alarm}"
    return Step(
        name,
        PART_ALARMS[name],
        State(report["state"]),
        "system",
        data={} if told is None else {"text": str(told.to)},
        told={
            "due_at": jsontext.rfc3339(part["due_at"]),
            "escalation": after["escalation"],
            "tell": told.tell if told else None,
        },
        part=after,
    )
