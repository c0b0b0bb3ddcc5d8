"""Terms: in working days, never before their start, paused while people wait for the reporter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.chassis.city import EscalationStep, Holiday, WorkingCalendar
from services.chassis.text import Text
from services.reports.city import ServiceLevel
from services.reports.lifecycle import OPEN, RULES, State, next_state
from services.reports.service_levels import Alarm, Terms, WorkingTime

ZONE = ZoneInfo("Asia/Jakarta")
LEBARAN = Holiday(date(2026, 6, 10), Text("Day off", id="Libur"), "national", False, "x")
TIME = WorkingTime(WorkingCalendar([LEBARAN]), ZONE)
LADDER = tuple(
    EscalationStep(days, Text("Somebody", id="Seseorang"), tell)
    for days, tell in ((1, "supervisors"), (3, "head"))
)
TERMS = Terms(ServiceLevel(3, 5, None, True), LADDER, TIME)
MONDAY = datetime(2026, 6, 1, 9, tzinfo=ZONE)


def at(day: int, hour: int = 23, minute: int = 59, second: int = 59) -> datetime:
    return datetime(2026, 6, day, hour, minute, second, tzinfo=ZONE)


def report(**more: Any) -> dict[str, Any]:
    return {"state": "submitted", "escalation": 0, "missed": 0} | more


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (at(1, 9), 3, at(4)),
        (at(1, 0, 0, 0), 3, at(4)),
        (at(1), 3, at(4)),
        (at(5, 9), 3, at(11)),  # a weekend and a holiday between
        (at(6, 9), 1, at(8)),
        (at(10, 9), 0, at(11)),
        (datetime(2026, 5, 31, 18, tzinfo=UTC), 1, at(2)),  # already Monday in the city
    ],
)
def test_terms_end_with_a_working_day(start: datetime, days: int, end: datetime) -> None:
    assert TIME.end(start, days) == end


def test_a_report_is_due_for_verification_first() -> None:
    begun = TERMS.begin(State.SUBMITTED, MONDAY)
    assert (begun["due_from"], begun["due_at"]) == (MONDAY, at(4))
    assert (begun["alarm"], begun["alarm_at"]) == (Alarm.WARN, at(3))


def test_who_verifies_in_time_has_not_answered_yet() -> None:
    begun = report(**TERMS.begin(State.SUBMITTED, MONDAY))
    assert TERMS.after("verify", begun, State.VERIFIED, at(2, 9)) == {}
    answer = TERMS.after("assign", begun, State.ASSIGNED, at(3, 9))
    assert answer["due_at"] == at(11) and answer["due_from"] == at(3, 9)
    forwarded = TERMS.after("forward", begun, State.VERIFIED, at(4, 9))
    assert forwarded["due_at"] == at(9)


def test_the_ladder_is_climbed_step_by_step() -> None:
    late = report(**TERMS.begin(State.SUBMITTED, MONDAY))
    rung = []
    while late["alarm"]:
        rung.append((late["alarm"], late["alarm_at"]))
        late |= TERMS.rung(late)
    assert rung == [
        (Alarm.WARN, at(3)), (Alarm.MISS, at(4)), (Alarm.ESCALATE, at(5)), (Alarm.ESCALATE, at(9))
    ]  # fmt: skip
    assert late["escalation"] == 2 and late["due_at"] == at(4)


@given(st.integers(0, 20))
def test_what_rang_by_then_is_what_rings_one_after_the_other(days: int) -> None:
    until = MONDAY + timedelta(days=days)
    late = report(**TERMS.begin(State.SUBMITTED, MONDAY))
    found = late | TERMS.rung_by(late, until)
    missed = 0
    while late["alarm"] and late["alarm_at"] <= until:
        missed += late["alarm"] == Alarm.MISS
        late |= TERMS.rung(late)
    assert found == late | {"missed": missed}


def test_waiting_for_the_reporter_uses_nothing_up() -> None:
    assigned = report(state="assigned", **TERMS.begin(State.ASSIGNED, MONDAY))
    held = assigned | TERMS.after("hold", assigned, State.ON_HOLD, at(3, 9))
    held["state"] = "on_hold"
    assert (held["due_at"], held["days_left"], held["alarm"]) == (None, 3, None)
    resumed = TERMS.after("start", held, State.IN_PROGRESS, at(15, 9))
    assert resumed["due_at"] == at(18) and resumed["days_left"] is None
    assert resumed["alarm_at"] == at(17)


def test_holding_late_undoes_nothing() -> None:
    assigned = report(state="assigned", **TERMS.begin(State.ASSIGNED, MONDAY))
    assert TERMS.after("hold", assigned, State.ON_HOLD, at(20, 9)) == {}


def test_a_resolved_case_is_closed_after_ten_working_days() -> None:
    resolved = TERMS.after("resolve", report(state="assigned"), State.RESOLVED, MONDAY)
    assert (resolved["alarm"], resolved["alarm_at"]) == (Alarm.CLOSE, at(16))
    assert resolved["due_at"] is None
    rated = report(state="resolved", **resolved)
    assert TERMS.after("rate", rated, State.RESOLVED, at(2, 9)) == {}
    closed = TERMS.after("close", rated, State.CLOSED, at(2, 9))
    assert (closed["alarm"], closed["alarm_at"]) == (Alarm.ASK, at(30, 9))
    assert TERMS.after("rate", rated | closed | {"state": "closed"}, State.CLOSED, at(3)) == {}


def test_a_short_term_is_not_warned_of_after_the_fact() -> None:
    short = Terms(ServiceLevel(0, 0, None, True), (), TIME).begin(State.SUBMITTED, MONDAY)
    assert short["alarm"] == Alarm.MISS and short["alarm_at"] == at(1)


@given(st.integers(0, 500_000), st.integers(0, 60))
def test_no_term_ends_before_it_begins(minutes: int, days: int) -> None:
    began = MONDAY + timedelta(minutes=minutes)
    end = TIME.end(began, days)
    assert end >= began and TIME.calendar.is_working_day(end.astimezone(ZONE).date())
    assert TIME.days_left(began, end) == max(days, int(end.astimezone(ZONE).date() > began.date()))


@given(st.integers(0, 24 * 7), st.integers(0, 24 * 60))
def test_whatever_a_report_waits_it_has_as_many_days_left(held: int, waited: int) -> None:
    assigned = report(state="assigned", **TERMS.begin(State.ASSIGNED, MONDAY))
    paused_at = MONDAY + timedelta(hours=held)
    now = paused_at + timedelta(hours=waited)
    paused = assigned | TERMS.after("hold", assigned, State.ON_HOLD, paused_at)
    if paused_at > assigned["due_at"]:
        assert paused == assigned, "what was missed stays so"
        return
    left = TIME.days_left(paused_at, assigned["due_at"])
    paused["state"] = "on_hold"
    resumed = paused | TERMS.after("start", paused, State.IN_PROGRESS, now)
    assert resumed["due_at"] == TIME.end(now, left) >= now
    assert TIME.days_left(now, resumed["due_at"]) in (left, max(left, 1))
    assert now < resumed["alarm_at"] <= resumed["due_at"]


class Life(RuleBasedStateMachine):
    """Whatever people do and whenever: the term belongs to the state."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.report = report(**TERMS.begin(State.SUBMITTED, self.now))

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        """Time goes by, and every alarm rings."""
        self.now += timedelta(hours=hours)
        while self.report["alarm"] and self.report["alarm_at"] <= self.now:
            self._ring()

    def _ring(self) -> None:
        state = State(self.report["state"])
        if self.report["alarm"] == Alarm.CLOSE:
            self._become("close", State.CLOSED)
            return
        if self.report["alarm"] == Alarm.ASK:
            assert next_state("ask", state, {}) is state
            self.report |= {"alarm": None, "alarm_at": None}
            return
        assert next_state(self.report["alarm"], state, {}) is state
        self.report |= TERMS.rung(self.report)

    @rule(action=st.sampled_from(sorted(RULES)), score=st.integers(1, 5))
    def attempt(self, action: str, score: int) -> None:
        """Somebody tries something."""
        found = next_state(action, State(self.report["state"]), {"score": score})
        if found is not None and action not in ("warn", "miss", "escalate"):
            self._become(action, found)

    def _become(self, action: str, state: State) -> None:
        before = dict(self.report)
        self.report |= TERMS.after(action, before, state, self.now) | {"state": state.value}

    @invariant()
    def due_dates_fit(self) -> None:
        """Never before their start; there exactly while somebody has to act."""
        found, state = self.report, State(self.report["state"])
        if found["due_at"] is not None:
            assert found["due_at"] >= found["due_from"]
        waits = state not in OPEN
        paused = state is State.ON_HOLD and found["days_left"] is not None
        assert (found["due_at"] is None) == (waits or paused)
        assert 0 <= found["escalation"] <= len(LADDER)

    @invariant()
    def the_alarm_is_ahead(self) -> None:
        """What should have rung has rung; an open case is never forgotten."""
        alarm, found = self.report["alarm"], self.report
        assert (alarm is None) == (found["alarm_at"] is None)
        assert alarm is None or found["alarm_at"] > self.now
        if alarm is None and found["due_at"] is not None:
            assert found["escalation"] == len(LADDER)


TestLife = Life.TestCase
