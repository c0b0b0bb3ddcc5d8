"""The life of a report: who may do what from which state, and where it leads.

INTERNAL names what only staff sees in a timeline.

Sources: SP4N-LAPOR (PermenPANRB 62/2018) for verification, hand-over, answer and closing; our own
decision where it is silent: what is not for the city is referred to whose it is (`not_authority`)
and no more the city's work, a photo is needed to resolve, a reporter may reopen within 14 days, and
a rating of 1 or 2, or the answer "no" to the question four weeks after closing, asks for the case
to be verified again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from services.chassis.principal import LEADERS, Principal, Role
from services.reports.domain import works_for

REOPEN_WITHIN = timedelta(days=14)
LOW_RATING = 2


class State(StrEnum):
    """Where a report stands."""

    SUBMITTED = "submitted"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    REOPENED = "reopened"
    NOT_AUTHORITY = "not_authority"
    DUPLICATE = "duplicate"


class Party(StrEnum):
    """What somebody is to one report. HELPER: staff of an agency that takes part (`parts.py`)."""

    REPORTER = "reporter"
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    HELPER = "helper"
    MODERATOR = "moderator"
    CITIZEN = "citizen"
    SYSTEM = "system"


@dataclass(frozen=True)
class Rule:
    """by: who may do it; nobody may do what only follows from another's step. leads: from which
    state to which.
    """

    by: frozenset[Party]
    leads: Mapping[State, State]


_S = State
_STAFF = frozenset({Party.STAFF})
_HELPERS = frozenset({Party.HELPER})
_REPORTER_OR_SUPERVISOR = frozenset({Party.REPORTER, Party.SUPERVISOR})
_TIMER = frozenset({Party.SYSTEM})
_NOBODY: frozenset[Party] = frozenset()
_PEOPLE = frozenset(Party) - _TIMER
OPEN = (_S.SUBMITTED, _S.VERIFIED, _S.ASSIGNED, _S.IN_PROGRESS, _S.ON_HOLD, _S.REOPENED)
SETTLED = (_S.RESOLVED, _S.CLOSED, _S.REJECTED, _S.NOT_AUTHORITY)


def _to(state: State, *origins: State) -> Mapping[State, State]:
    return dict.fromkeys(origins, state)


def _stay(*states: State) -> Mapping[State, State]:
    return {state: state for state in states}


RULES: Mapping[str, Rule] = {
    "verify": Rule(_STAFF, _to(_S.VERIFIED, _S.SUBMITTED, _S.REOPENED)),
    "assign": Rule(_STAFF, _to(_S.ASSIGNED, _S.SUBMITTED, _S.VERIFIED, _S.REOPENED)),
    "start": Rule(_STAFF, _to(_S.IN_PROGRESS, _S.ASSIGNED, _S.ON_HOLD)),
    "hold": Rule(_STAFF, _to(_S.ON_HOLD, _S.ASSIGNED, _S.IN_PROGRESS)),
    "resolve": Rule(_STAFF, _to(_S.RESOLVED, _S.ASSIGNED, _S.IN_PROGRESS)),
    "reject": Rule(_STAFF, _to(_S.REJECTED, _S.SUBMITTED, _S.VERIFIED, _S.REOPENED)),
    # whoever passes it on has looked at it
    "forward": Rule(_STAFF, _to(_S.VERIFIED, *OPEN)),
    "refer": Rule(_STAFF, _to(_S.NOT_AUTHORITY, *OPEN)),
    "merge": Rule(_STAFF, _to(_S.DUPLICATE, *OPEN)),
    "unmerge": Rule(_STAFF, _to(_S.VERIFIED, _S.DUPLICATE)),
    "reopen": Rule(_REPORTER_OR_SUPERVISOR, _to(_S.REOPENED, *SETTLED)),
    "close": Rule(_REPORTER_OR_SUPERVISOR | _TIMER, _to(_S.CLOSED, _S.RESOLVED)),
    "rate": Rule(frozenset({Party.REPORTER}), _stay(_S.RESOLVED, _S.CLOSED)),
    "follow_up": Rule(frozenset({Party.REPORTER}), _stay(_S.CLOSED)),
    "comment": Rule(_PEOPLE, _stay(*State)),
    "hide": Rule(frozenset({Party.SUPERVISOR, Party.MODERATOR}), _stay(*State)),
    "moderate": Rule(_STAFF | {Party.MODERATOR}, _stay(*State)),
    "restore": Rule(_STAFF | {Party.MODERATOR}, _stay(*State)),
    "forget": Rule(_STAFF | {Party.REPORTER, Party.MODERATOR}, _stay(*State)),
    "claim": Rule(_STAFF, _stay(*OPEN)),
    "release": Rule(_STAFF, _stay(*OPEN)),
    "note": Rule(_STAFF, _stay(*State)),
    "invite": Rule(_STAFF, _stay(*OPEN)),
    "accept": Rule(_HELPERS, _stay(*OPEN)),
    "begin": Rule(_HELPERS, _stay(*OPEN)),
    "finish": Rule(_HELPERS, _stay(*OPEN)),
    "decline": Rule(_HELPERS, _stay(*OPEN)),
    "withdraw": Rule(_STAFF, _stay(*OPEN)),
    "warn": Rule(_TIMER, _stay(*OPEN)),
    "miss": Rule(_TIMER, _stay(*OPEN)),
    "escalate": Rule(_TIMER, _stay(*OPEN)),
    "ask": Rule(_TIMER, _stay(_S.CLOSED)),
    "part_warn": Rule(_TIMER, _stay(*OPEN)),
    "part_miss": Rule(_TIMER, _stay(*OPEN)),
    "part_escalate": Rule(_TIMER, _stay(*OPEN)),
    # what the original sees of merge and unmerge
    "link": Rule(_NOBODY, _stay(*OPEN)),
    "unlink": Rule(_NOBODY, _stay(*OPEN, *SETTLED)),
}
_ALARMS = frozenset({"warn", "miss", "escalate", "part_warn", "part_miss", "part_escalate"})
INTERNAL = frozenset({"claim", "release", "note", "forget", "ask", "link", "unlink"}) | _ALARMS
# what can change the state; a low rating does, and saying that it is not well any more
MOVING = {"submitted", "rate", "follow_up"} | {
    name for name, rule in RULES.items() if any(was != then for was, then in rule.leads.items())
}


def parties_of(
    principal: Principal, *, agency: str, reporter: str | None, helpers: Iterable[str] = ()
) -> frozenset[Party]:
    """What `principal` is to a report; nothing for guests. helpers: agencies that take part."""
    if principal.role is Role.SYSTEM:
        return _TIMER
    if principal.is_guest:
        return frozenset()
    found = {Party.CITIZEN}
    if reporter is not None and reporter == principal.subject:
        found.add(Party.REPORTER)
    if works_for(principal, agency):
        found.add(Party.STAFF)
        if principal.role in LEADERS:
            found.add(Party.SUPERVISOR)
    if any(works_for(principal, helper) for helper in helpers):
        found.add(Party.HELPER)
    if principal.role is Role.ADMIN:
        found.add(Party.MODERATOR)
    return frozenset(found)


def legal_actions(state: State, parties: Iterable[Party]) -> list[str]:
    """What these may do with a report in that state, in the order of RULES."""
    mine = frozenset(parties)
    return [name for name, rule in RULES.items() if state in rule.leads and rule.by & mine]


def next_state(action: str, state: State, data: Mapping[str, Any]) -> State | None:
    """Where an action leads; None if it is not possible in that state."""
    found = RULES[action].leads.get(state)
    if action == "rate" and found is not None and data["score"] <= LOW_RATING:
        return State.REOPENED
    if action == "follow_up" and found is not None and not data.get("still_well", True):
        return State.REOPENED
    return found


def states(history: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[State]:
    """The state after each (action, data), from the beginning.

    Raises ValueError for a history that no sequence of legal actions can have made.
    """
    state: State | None = None
    for action, data in history:
        if state is None:
            found = State.SUBMITTED if action == "submitted" else None
        else:
            found = next_state(action, state, data) if action in RULES else None
        if found is None:
            raise ValueError(f"{action} is not possible here")
        state = found
        yield state


def folded(history: Iterable[tuple[str, Mapping[str, Any]]]) -> State:
    """The state to which a history leads. Raises ValueError as `states` does, and for none."""
    last = deque(states(history), maxlen=1)
    if not last:
        raise ValueError("an empty history")
    return last[0]
