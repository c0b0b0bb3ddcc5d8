"""The life of a report: legal from where it says, folded from its history, never anywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.chassis.principal import GUEST, SYSTEM, Principal, Role
from services.reports import lifecycle
from services.reports.contract import ACTIONS, ALARMS, LINKS, PART_ALARMS
from services.reports.lifecycle import RULES, Party, State, folded, legal_actions, next_state

AMONG = (
    "comment",
    "moderate",
    "restore",
    "forget",
    "claim",
    "release",
    "note",
    "invite",
    "withdraw",
)
TERM = ("warn", "miss", "escalate")
STAFF = frozenset({Party.CITIZEN, Party.STAFF})
SUPERVISOR = STAFF | {Party.SUPERVISOR}
REPORTER = frozenset({Party.CITIZEN, Party.REPORTER})
HELPER = frozenset({Party.CITIZEN, Party.HELPER})


@pytest.mark.parametrize(
    ("who", "state", "possible"),
    [
        (
            STAFF,
            State.SUBMITTED,
            ["verify", "assign", "reject", "forward", "refer", "merge", *AMONG],
        ),
        (
            STAFF,
            State.VERIFIED,
            ["assign", "reject", "forward", "refer", "merge", *AMONG],
        ),
        (
            STAFF,
            State.ASSIGNED,
            ["start", "hold", "resolve", "forward", "refer", "merge", *AMONG],
        ),
        (
            STAFF,
            State.IN_PROGRESS,
            ["hold", "resolve", "forward", "refer", "merge", *AMONG],
        ),
        (STAFF, State.ON_HOLD, ["start", "forward", "refer", "merge", *AMONG]),
        (STAFF, State.RESOLVED, ["comment", "moderate", "restore", "forget", "note"]),
        (STAFF, State.DUPLICATE, ["unmerge", "comment", "moderate", "restore", "forget", "note"]),
        (REPORTER, State.DUPLICATE, ["comment", "forget"]),
        (
            STAFF,
            State.REOPENED,
            ["verify", "assign", "reject", "forward", "refer", "merge", *AMONG],
        ),
        (
            SUPERVISOR,
            State.RESOLVED,
            ["reopen", "close", "comment", "hide", "moderate", "restore", "forget", "note"],
        ),
        (REPORTER, State.SUBMITTED, ["comment", "forget"]),
        (REPORTER, State.RESOLVED, ["reopen", "close", "rate", "comment", "forget"]),
        (REPORTER, State.CLOSED, ["reopen", "rate", "follow_up", "comment", "forget"]),
        (REPORTER, State.REJECTED, ["reopen", "comment", "forget"]),
        (REPORTER, State.NOT_AUTHORITY, ["reopen", "comment", "forget"]),
        (frozenset({Party.CITIZEN}), State.RESOLVED, ["comment"]),
        (frozenset({Party.SYSTEM}), State.SUBMITTED, [*TERM, *(f"part_{one}" for one in TERM)]),
        (frozenset({Party.SYSTEM}), State.RESOLVED, ["close"]),
        (frozenset({Party.SYSTEM}), State.CLOSED, ["ask"]),
        (
            frozenset({Party.CITIZEN, Party.MODERATOR}),
            State.CLOSED,
            ["comment", "hide", "moderate", "restore", "forget"],
        ),
        (HELPER, State.ASSIGNED, ["comment", "accept", "begin", "finish", "decline"]),
        (HELPER, State.RESOLVED, ["comment"]),
        (frozenset(), State.RESOLVED, []),
    ],
)
def test_who_may_do_what_from_where(
    who: frozenset[Party], state: State, possible: list[str]
) -> None:
    assert legal_actions(state, who) == possible


@pytest.mark.parametrize(
    ("principal", "parties"),
    [
        (GUEST, frozenset()),
        (Principal("me", Role.CITIZEN), REPORTER),
        (Principal("you", Role.CITIZEN), {Party.CITIZEN}),
        (Principal("o", Role.OFFICER, "DLH"), STAFF),
        (Principal("o", Role.OFFICER, "DISHUB"), {Party.CITIZEN}),
        (Principal("s", Role.SUPERVISOR, "DLH"), SUPERVISOR),
        (Principal("s", Role.SUPERVISOR, "DISHUB"), {Party.CITIZEN}),
        (Principal("h", Role.HEAD, "DLH"), SUPERVISOR),
        (SYSTEM, {Party.SYSTEM}),
        (Principal("x", Role.ADMIN), {Party.CITIZEN, Party.MODERATOR}),
        (Principal("a", Role.AUDITOR), {Party.CITIZEN}),
        (Principal("me", Role.OFFICER, "DLH"), STAFF | REPORTER),
    ],
)
def test_what_somebody_is_to_a_report(principal: Principal, parties: frozenset[Party]) -> None:
    assert lifecycle.parties_of(principal, agency="DLH", reporter="me") == parties


def test_staff_of_an_agency_that_takes_part() -> None:
    officer = Principal("o", Role.OFFICER, "DISHUB")
    helps = lifecycle.parties_of(officer, agency="DLH", reporter="me", helpers=["DISHUB"])
    assert helps == HELPER


def test_every_action_has_a_rule_and_every_state_a_way_in_and_out() -> None:
    known = set(ACTIONS) | set(ALARMS) | set(PART_ALARMS) | set(LINKS) | {"forget", "ask"}
    assert set(RULES) == known
    assert set(RULES) > lifecycle.INTERNAL
    reached = {state for rule in RULES.values() for state in rule.leads.values()}
    assert reached | {State.SUBMITTED} == set(State)
    for state in State:
        assert [n for n, r in RULES.items() if r.leads.get(state, state) != state], state


@pytest.mark.parametrize(
    ("score", "state"),
    [(1, State.REOPENED), (2, State.REOPENED), (3, State.RESOLVED), (5, State.RESOLVED)],
)
def test_a_low_rating_asks_to_look_again(score: int, state: State) -> None:
    assert next_state("rate", State.RESOLVED, {"score": score}) is state


def test_what_is_not_well_any_more_is_looked_at_again() -> None:
    assert next_state("follow_up", State.CLOSED, {"still_well": True}) is State.CLOSED
    assert next_state("follow_up", State.CLOSED, {"still_well": False}) is State.REOPENED
    assert next_state("follow_up", State.RESOLVED, {"still_well": False}) is None
    history: list[tuple[str, dict[str, Any]]] = [
        ("submitted", {}),
        ("assign", {}),
        ("resolve", {}),
        ("close", {}),
        ("ask", {}),
    ]
    assert folded([*history, ("follow_up", {"still_well": False})]) is State.REOPENED


@pytest.mark.parametrize(
    "history",
    [
        [],
        [("verify", {})],
        [("submitted", {}), ("submitted", {})],
        [("submitted", {}), ("resolve", {})],
        [("submitted", {}), ("fly", {})],
        [("submitted", {}), ("verify", {}), ("verify", {})],
    ],
)
def test_an_impossible_history(history: list[tuple[str, dict[str, int]]]) -> None:
    with pytest.raises(ValueError, match=r"history|possible"):
        folded(history)


@given(st.sampled_from(sorted(RULES)), st.sampled_from(State), st.integers(1, 5))
def test_what_is_offered_works_and_nothing_else(action: str, state: State, score: int) -> None:
    offered = action in legal_actions(state, frozenset(Party))
    if action in LINKS:  # only follows from another report's step
        assert not offered
        return
    assert (next_state(action, state, {"score": score}) is not None) == offered


class Life(RuleBasedStateMachine):
    """Any sequence of attempts: what is refused changes nothing, what is done folds."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.SUBMITTED
        self.history: list[tuple[str, dict[str, int]]] = [("submitted", {})]

    @rule(action=st.sampled_from(sorted(RULES)), score=st.integers(1, 5))
    def attempt(self, action: str, score: int) -> None:
        """Try something."""
        found = next_state(action, self.state, {"score": score})
        if found is not None:
            self.state = found
            self.history.append((action, {"score": score}))

    @invariant()
    def history_is_the_truth(self) -> None:
        """The history alone leads to the state."""
        assert folded(self.history) is self.state


TestLife = Life.TestCase
