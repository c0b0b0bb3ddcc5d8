"""What happens to a duty by itself: its term ends, and is passed up its agency."""

from __future__ import annotations

from functools import partial

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports import alarm_metrics
from services.reports.alarms import BATCH, POSTPONED
from services.reports.catalogue import Catalogue
from services.reports.service_levels import Alarm, Terms
from services.reports.sites import queries, repository
from services.reports.sites.contract import SITE_ALARMS
from services.reports.sites.refreshing import announcement, terms_of

Due = tuple[str, str]
_SILENT = {"alarm": None, "alarm_at": None}


def due(work: UnitOfWork) -> list[Due]:
    """(site, duty) whose alarm should have rung by now, the oldest first."""
    return queries.alarms_due(work, work.clock.now(), BATCH)


def ring(work: UnitOfWork, one: Due, city: Catalogue) -> None:
    """Do what the alarm is for, and set the next one; nothing if it is not due (any more).

    As with those of reports, ringing twice is harmless: the site's lock is that of its duties.
    """
    site = next(iter(queries.locked(work, [one[0]])), None)
    part = next((row for row in queries.parts(work, [one[0]]) if row["duty"] == one[1]), None)
    if site is None or part is None or part["alarm"] is None:
        return
    if part["alarm_at"] > work.clock.now():
        return
    rules = city.sites.get(site["category"])
    duty = next((duty for duty in rules.duties if duty.duty == one[1]), None) if rules else None
    if duty is None:
        repository.put_part(work, part | _SILENT)  # the pack has no such duty any more
        return
    alarm, terms = Alarm(part["alarm"]), terms_of(city, duty, part["agency"])
    work.after_commit(partial(alarm_metrics.rung, f"site_{alarm}"))
    if alarm is Alarm.ESCALATE and part["escalation"] >= len(terms.ladder):
        repository.put_part(work, part | _SILENT)
    else:
        _ring(work, site, part, alarm, terms)


def postpone(work: UnitOfWork, one: Due) -> None:
    """Let an alarm that failed rest for a while."""
    alarm_metrics.failed()
    repository.set_alarm(work, *one, work.clock.now() + POSTPONED)


def _ring(work: UnitOfWork, site: Row, part: Row, alarm: Alarm, terms: Terms) -> None:
    told = terms.ladder[part["escalation"]] if alarm is Alarm.ESCALATE else None
    missed = part["missed"] + (alarm is Alarm.MISS)
    after = part | terms.rung(part) | {"missed": missed}
    repository.put_part(work, after)
    version = site["version"] + 1
    repository.touch(work, site | {"version": version, "updated_at": work.clock.now()})
    beside = {
        "duty": part["duty"],
        "duty_agency": part["agency"],
        "due_at": jsontext.rfc3339(part["due_at"]),
        "escalation": after["escalation"],
        "tell": told.tell if told else None,
    }
    work.emit(SITE_ALARMS[alarm.value], site["id"], version, announcement(site) | beside)
    work.audit(f"site.{alarm}", site["id"])
