"""What happens to a report by itself: a term ends, is escalated, or a resolved case is closed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from services.chassis import jsontext
from services.chassis.city import EscalationStep
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import alarm_metrics, changing, queries, repository
from services.reports.catalogue import Catalogue
from services.reports.changing import Step
from services.reports.contract import ALARMS, FOLLOW_UP_ASKED
from services.reports.lifecycle import State, next_state
from services.reports.service_levels import Alarm, Terms

BATCH = 50
# one that fails must not keep the others from being heard
POSTPONED = timedelta(minutes=10)
_NO_ALARM = {"alarm": None, "alarm_at": None}


def due(work: UnitOfWork) -> list[str]:
    """Reports whose alarm should have rung by now, the oldest first; at most BATCH."""
    return queries.alarms_due(work, work.clock.now(), BATCH)


def ring(work: UnitOfWork, report_id: str, city: Catalogue) -> None:
    """Do what the report's alarm is for, and set the next one; nothing if it is not due (any more).

    Ringing twice is harmless: the first one has changed the report, under its lock.
    """
    report = queries.locked(work, report_id)
    if report is None or report["alarm"] is None or report["alarm_at"] > work.clock.now():
        return
    terms = city.terms(report["category"], report["agency"])
    alarm = Alarm(report["alarm"])
    work.after_commit(partial(alarm_metrics.rung, alarm.value))
    if alarm is Alarm.BEGIN:
        repository.update(work, report | terms.begin(State(report["state"]), report["updated_at"]))
    elif alarm is Alarm.ESCALATE and report["escalation"] >= len(terms.ladder):
        repository.update(work, report | _NO_ALARM)
    elif alarm is Alarm.ASK:
        _ask(work, report, city)
    else:
        changing.take(work, report, step_of(alarm, report, terms), city)


def _ask(work: UnitOfWork, report: Row, city: Catalogue) -> None:
    """Ask the reporter, once, whether it is still well, if there is anybody to ask."""
    contact = None if report["reporter"] else queries.contact(work, report["id"])
    if report["reporter"] is None and (contact is None or contact["email"] is None):
        repository.update(work, report | _NO_ALARM)
        return
    asked = _NO_ALARM | {"asked_at": work.clock.now(), "still_well": None}
    step = Step("ask", FOLLOW_UP_ASKED, State(report["state"]), "system", changes=asked)
    changing.take(work, report, step, city)


def postpone(work: UnitOfWork, report_id: str) -> None:
    """Let an alarm that failed rest for a while."""
    alarm_metrics.failed()
    repository.set_alarm(work, report_id, work.clock.now() + POSTPONED)


def measure(work: UnitOfWork) -> None:
    """Let the metrics say what should have rung by now."""
    now = work.clock.now()
    state = queries.alarms_state(work, now)
    since = state["oldest"] or now
    alarm_metrics.due(state["due"], (now - since).total_seconds())


def step_of(alarm: Alarm, report: Row, terms: Terms) -> Step:
    """What an alarm does to a report when it rings. Raises ValueError if it has nothing to do."""
    state = next_state(alarm.value, State(report["state"]), {})
    if state is None:
        raise ValueError(f"{alarm} rang while the report is {report['state']}")
    if alarm is Alarm.CLOSE:
        return Step("close", ALARMS["close"], state, "system")
    told = terms.ladder[report["escalation"]] if alarm is Alarm.ESCALATE else None
    missed = report["missed"] + (alarm is Alarm.MISS)
    changes = terms.rung(report) | {"missed": missed}
    return Step(
        alarm.value,
        ALARMS[alarm.value],
        state,
        "system",
        data=_remembered(told),
        changes=changes,
        told={
            "due_at": jsontext.rfc3339(report["due_at"]),
            "escalation": changes.get("escalation", report["escalation"]),
            "tell": told.tell if told else None,
        },
    )


def _remembered(told: EscalationStep | None) -> dict[str, str]:
    return {} if told is None else {"text": str(told.to)}
