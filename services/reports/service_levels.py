"""Service levels: by when it is somebody's turn to have acted, and what happens when nobody has.

Terms are counted in the city's working days and end with the day (PermenPANRB 62/2018: three to
verify and pass on, five to answer, and a case is closed ten after the answer). A report waiting for
its reporter does not use its term up. Four weeks after a case was closed its reporter is asked
whether it is still well, as FixMyStreet does. What a term leads to is one alarm at a time, kept
with the report, so it survives whatever happens to the processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.city import EscalationStep, WorkingCalendar
from services.reports.city import ServiceLevel
from services.reports.lifecycle import State

CLOSE_WORKING_DAYS = 10
FOLLOW_UP_AFTER = timedelta(weeks=4)
_END_OF_DAY = time(23, 59, 59)
_TOO_LATE_TO_WARN = timedelta(hours=1)

Fields = dict[str, Any]


class Stage(StrEnum):
    """Whose turn it is."""

    VERIFY = "verify"
    ANSWER = "answer"
    CLOSE = "close"
    FOLLOW_UP = "follow_up"


class Alarm(StrEnum):
    """What happens next by itself. BEGIN: a report without a term gets one. ASK: its reporter is
    asked whether it is still well."""

    BEGIN = "begin"
    WARN = "warn"
    MISS = "miss"
    ESCALATE = "escalate"
    CLOSE = "close"
    ASK = "ask"


_STAGES: Mapping[State, Stage] = {
    State.SUBMITTED: Stage.VERIFY,
    State.VERIFIED: Stage.VERIFY,
    State.REOPENED: Stage.VERIFY,
    State.ASSIGNED: Stage.ANSWER,
    State.IN_PROGRESS: Stage.ANSWER,
    State.ON_HOLD: Stage.ANSWER,
    State.RESOLVED: Stage.CLOSE,
    State.CLOSED: Stage.FOLLOW_UP,
}
# another agency starts anew, although the turn has the same name
_STARTS_ANEW = frozenset({"submitted", "forward"})
OVER: Fields = {"due_from": None, "due_at": None, "days_left": None, "escalation": 0,
                 "alarm": None, "alarm_at": None}  # fmt: skip


@dataclass(frozen=True)
class WorkingTime:
    """The city's working days and clocks."""

    calendar: WorkingCalendar
    zone: ZoneInfo

    def end(self, start: datetime, days: int) -> datetime:
        """The end of the day on which a term of so many working days after `start` is over."""
        return self._close(self.calendar.add_working_days(start.astimezone(self.zone).date(), days))

    def day_before(self, due: datetime) -> datetime:
        """The end of the working day before the one on which something is due."""
        return self._close(self.calendar.working_day_before(due.astimezone(self.zone).date()))

    def days_left(self, now: datetime, due: datetime) -> int:
        """Working days after today until something is due; 0 on the day itself."""
        today, day = (moment.astimezone(self.zone).date() for moment in (now, due))
        return self.calendar.working_days_until(today, day)

    def _close(self, day: date) -> datetime:
        return datetime.combine(day, _END_OF_DAY, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Terms:
    """What holds for one report: its category's service level, its agency's ladder."""

    level: ServiceLevel
    ladder: Sequence[EscalationStep]
    time: WorkingTime

    def after(self, action: str, report: Mapping[str, Any], state: State, now: datetime) -> Fields:
        """What an action that leads from `report` to `state` changes of its term.

        Returns the fields due_from, due_at, days_left, escalation, alarm, alarm_at, or none of
        them if nothing changes.
        """
        before = State(report["state"])
        if action in _STARTS_ANEW or _STAGES.get(state) != _STAGES.get(before):
            return self.begin(state, now)
        if state is State.ON_HOLD and before is not State.ON_HOLD:
            return self._paused(report, now)
        if before is State.ON_HOLD and state is not State.ON_HOLD:
            return self._resumed(report, now)
        return {}

    def begin(self, state: State, now: datetime) -> Fields:
        """A fresh term for whoever has to act in that state; none where nobody has."""
        stage = _STAGES.get(state)
        return OVER if stage is None else self.begin_stage(stage, now)

    def begin_stage(self, stage: Stage, now: datetime) -> Fields:
        """A fresh term for whose turn it is now."""
        if stage is Stage.CLOSE:
            alarm_at = self.time.end(now, CLOSE_WORKING_DAYS)
            return OVER | {"alarm": Alarm.CLOSE.value, "alarm_at": alarm_at}
        if stage is Stage.FOLLOW_UP:
            return OVER | {"alarm": Alarm.ASK.value, "alarm_at": now + FOLLOW_UP_AFTER}
        is_first = stage is Stage.VERIFY
        days = self.level.verify_working_days if is_first else self.level.answer_working_days
        due = self.time.end(now, days)
        return OVER | {"due_from": now, "due_at": due} | self._alarm_before(due, now)

    def rung(self, report: Mapping[str, Any]) -> Fields:
        """What the report's alarm changes, now that it has rung: the next alarm of the term."""
        due: datetime = report["due_at"]
        if report["alarm"] == Alarm.WARN:
            return {"alarm": Alarm.MISS.value, "alarm_at": due}
        reached = report["escalation"] + (report["alarm"] == Alarm.ESCALATE)
        if reached >= len(self.ladder):
            return {"escalation": reached, "alarm": None, "alarm_at": None}
        alarm_at = self.time.end(due, self.ladder[reached].after_working_days)
        return {"escalation": reached, "alarm": Alarm.ESCALATE.value, "alarm_at": alarm_at}

    def rung_by(self, part: Mapping[str, Any], until: datetime) -> Fields:
        """What every alarm that was due by then changed of it: missed, passed up."""
        after = dict(part)
        while after["alarm"] is not None and after["alarm_at"] <= until:
            missed = after["missed"] + (after["alarm"] == Alarm.MISS)
            after |= self.rung(after) | {"missed": missed}
        return {name: after[name] for name in ("escalation", "missed", "alarm", "alarm_at")}

    def _paused(self, report: Mapping[str, Any], now: datetime) -> Fields:
        due = report["due_at"]
        if due is None or now > due:
            return {}  # waiting does not undo what was missed
        left = self.time.days_left(now, due)
        return {"due_at": None, "days_left": left, "alarm": None, "alarm_at": None}

    def _resumed(self, report: Mapping[str, Any], now: datetime) -> Fields:
        if report["days_left"] is None:
            return {}
        due = self.time.end(now, report["days_left"])
        return {"due_at": due, "days_left": None} | self._alarm_before(due, now)

    def _alarm_before(self, due: datetime, now: datetime) -> Fields:
        warn_at = self.time.day_before(due)
        if warn_at - now < _TOO_LATE_TO_WARN:
            return {"alarm": Alarm.MISS.value, "alarm_at": due}
        return {"alarm": Alarm.WARN.value, "alarm_at": warn_at}
