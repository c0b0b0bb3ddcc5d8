"""Parts of several agencies: legal from where it says, folded from the history, never left open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.reports import lifecycle, parts
from services.reports.contract import PART_ALARMS
from services.reports.lifecycle import OPEN, RULES, Party, State, next_state
from services.reports.parts import OPEN_PARTS, PART_RULES, PartState, folded_parts, next_part_state
from services.reports.service_levels import Alarm
from tests.unit.reports.test_service_levels import LADDER, MONDAY, TERMS

Line = tuple[str, dict[str, Any]]
BEGUN: Line = ("submitted", {})
INVITED: Line = ("invite", {"agency": "DISHUB"})
RESOLVE: Line = ("resolve", {})
# written down here by itself: from where, to where
LEGAL: dict[str, tuple[set[str | None], str]] = {
    "invite": ({None, "done", "declined", "withdrawn"}, "asked"),
    "accept": ({"asked"}, "accepted"),
    "begin": ({"accepted"}, "working"),
    "finish": ({"accepted", "working"}, "done"),
    "decline": ({"asked", "accepted"}, "declined"),
    "withdraw": ({"asked", "accepted", "working"}, "withdrawn"),
}


@pytest.mark.parametrize("action", sorted(LEGAL))
@pytest.mark.parametrize("state", [None, *PartState])
def test_legal_from_where_it_says(action: str, state: PartState | None) -> None:
    origins, leads = LEGAL[action]
    assert next_part_state(action, state) == (leads if state in origins else None)


def test_every_part_action_is_an_action_of_open_reports() -> None:
    assert set(PART_RULES) == set(LEGAL) | set(PART_ALARMS)
    for name in PART_RULES:
        assert set(RULES[name].leads) == set(OPEN), name
    assert RULES["accept"].by == {Party.HELPER}


@pytest.mark.parametrize(
    "history",
    [
        [BEGUN, ("accept", {"agency": "DISHUB"})],
        [BEGUN, INVITED, INVITED],
        [BEGUN, INVITED, ("begin", {"agency": "DISHUB"})],
        [BEGUN, INVITED, ("accept", {"agency": "DPU"})],
        [BEGUN, INVITED, ("assign", {"agency": "DLH"}), RESOLVE],
        [BEGUN, ("part_miss", {"agency": "DISHUB"})],
        [BEGUN, INVITED, ("forward", {"agency": "DISHUB"}), ("accept", {"agency": "DISHUB"})],
    ],
)
def test_an_impossible_history(history: list[Line]) -> None:
    with pytest.raises(ValueError, match=r"possible|not done"):
        folded_parts(history)


def test_who_comes_to_lead_has_no_part_and_what_is_settled_has_none_open() -> None:
    history = [BEGUN, INVITED, ("invite", {"agency": "DPU"}), ("forward", {"agency": "DISHUB"})]
    assert folded_parts(history) == {"DISHUB": "withdrawn", "DPU": "asked"}
    for name in ("reject", "refer", "merge"):
        assert folded_parts([*history, (name, {})])["DPU"] == "withdrawn"
    reasoned = [BEGUN, INVITED, ("assign", {"agency": "DLH"}),
                ("resolve", {"open_parts_reason": "x"})]  # fmt: skip
    assert folded_parts(reasoned) == {"DISHUB": "withdrawn"}


class Together(RuleBasedStateMachine):
    """Any attempts of the lead and two others, against a model that knows no PART_RULES."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.lead = State.SUBMITTED, "DLH"
        self.parts: dict[str, str] = {}
        self.history: list[Line] = [("submitted", {})]

    @rule(
        action=st.sampled_from(sorted(set(RULES) - set(PART_ALARMS))),
        agency=st.sampled_from(["DLH", "DISHUB", "DPU"]),
        reasoned=st.booleans(),
    )
    def attempt(self, action: str, agency: str, *, reasoned: bool) -> None:
        """Try something; what the model allows is possible, and nothing else."""
        data: dict[str, Any] = {"agency": agency, "score": 5}
        if reasoned:
            data["open_parts_reason"] = "x"
        if action in PART_RULES and agency == self.lead:
            return
        tried = [*self.history, (action, data)]
        if not self._is_legal(action, agency, reasoned=reasoned):
            with pytest.raises(ValueError, match=r"possible|not done"):
                folded_parts(tried)
            return
        self.history, self.state = tried, next_state(action, self.state, data) or self.state
        self._done(action, agency)

    def _is_legal(self, action: str, agency: str, *, reasoned: bool) -> bool:
        if next_state(action, self.state, {"score": 5}) is None:
            return False
        if action in LEGAL:
            return self.parts.get(agency) in LEGAL[action][0]
        return action != "resolve" or reasoned or not self._open()

    def _done(self, action: str, agency: str) -> None:
        if action in LEGAL:
            self.parts[agency] = LEGAL[action][1]
        if action in ("assign", "forward"):
            self.lead = agency
        for one in self._open():
            if self.state not in OPEN or (action in ("assign", "forward") and one == agency):
                self.parts[one] = "withdrawn"

    def _open(self) -> list[str]:
        return [one for one, state in self.parts.items() if state in OPEN_PARTS]

    @invariant()
    def history_is_the_truth(self) -> None:
        """The history alone leads to the parts; a settled report has none that is open."""
        assert folded_parts(self.history) == self.parts
        assert self.state in OPEN or not self._open()
        assert self.lead not in self._open()
        assert lifecycle.folded(self.history) is self.state


TestTogether = Together.TestCase


class Term(RuleBasedStateMachine):
    """One part, whatever its agency does and whenever: its term only moves forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.state = MONDAY, PartState.ASKED
        self.part = dict(parts.term_after(TERMS, None, self.state, self.now)) | {"missed": 0}
        self.longest, self.since = self.part["due_at"], self.now

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        """Time goes by, and every alarm rings."""
        self.now += timedelta(hours=hours)
        while self.part["alarm"] and self.part["alarm_at"] <= self.now:
            assert Alarm(self.part["alarm"]) in (Alarm.WARN, Alarm.MISS, Alarm.ESCALATE)
            self.part |= TERMS.rung(self.part)

    @rule(action=st.sampled_from(sorted(LEGAL)))
    def attempt(self, action: str) -> None:
        """Somebody tries something."""
        found = next_part_state(action, self.state)
        if found is None:
            return
        since = None if action == "invite" else self.state
        changes = parts.term_after(TERMS, since, found, self.now)
        assert bool(changes) != (action == "begin"), "to begin with the work is no new term"
        self.state, self.part = found, self.part | changes
        if action == "invite":
            self.longest = self.part["due_at"]  # what was asked before is over

    @invariant()
    def the_term_fits(self) -> None:
        """There exactly while it is open; of one invitation never earlier than before."""
        due, since = self.part["due_at"], self.part["due_from"]
        assert (due is not None) == (self.state in OPEN_PARTS)
        if due is not None:
            assert due >= since >= self.since and due >= self.longest
            self.longest, self.since = due, since
        assert (self.part["alarm"] is None) == (self.part["alarm_at"] is None)
        assert self.part["alarm"] is None or self.part["alarm_at"] > self.now
        assert 0 <= self.part["escalation"] <= len(LADDER)


TestTerm = Term.TestCase


@given(st.sampled_from(sorted(PART_RULES)), st.sampled_from([None, *PartState]))
def test_who_takes_part_is_whoever_has_something_open_or_done(
    action: str, state: PartState | None
) -> None:
    found = next_part_state(action, state)
    if found is not None:
        assert parts.takes_part(found) == (found in OPEN_PARTS or found == "done")
