"""Agencies that take part in a report besides the one that leads: where each part stands.

The agency that answers for a report leads it. It may ask others to do their part; each has a state
and a term of its own, and says itself how far it is. When the report is settled, or comes to lead
with an agency that has a part, what is open of it ends as `withdrawn`. Source: our own decision,
for what cities call a disposition to several agencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.reports import lifecycle
from services.reports.lifecycle import OPEN
from services.reports.service_levels import OVER, Fields, Stage, Terms

OPEN_PARTS_REASON = "open_parts_reason"
_LEADS_ANEW = ("assign", "forward")


class PartState(StrEnum):
    """Where an agency's part stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    WORKING = "working"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_P = PartState
OPEN_PARTS = (_P.ASKED, _P.ACCEPTED, _P.WORKING)
# from which state to which; None: it has no part yet
PART_RULES: Mapping[str, Mapping[PartState | None, PartState]] = {
    "invite": dict.fromkeys((None, _P.DONE, _P.DECLINED, _P.WITHDRAWN), _P.ASKED),
    "accept": {_P.ASKED: _P.ACCEPTED},
    "begin": {_P.ACCEPTED: _P.WORKING},
    "finish": dict.fromkeys((_P.ACCEPTED, _P.WORKING), _P.DONE),
    "decline": dict.fromkeys((_P.ASKED, _P.ACCEPTED), _P.DECLINED),
    "withdraw": dict.fromkeys(OPEN_PARTS, _P.WITHDRAWN),
    **{f"part_{alarm}": {state: state for state in OPEN_PARTS}
       for alarm in ("warn", "miss", "escalate")},
}  # fmt: skip
# the asked agency answers first, then works
_STAGES: Mapping[PartState, Stage] = {
    _P.ASKED: Stage.VERIFY,
    _P.ACCEPTED: Stage.ANSWER,
    _P.WORKING: Stage.ANSWER,
}


def next_part_state(action: str, state: PartState | None) -> PartState | None:
    """Where an action leads a part; None if it is not possible in that state."""
    return PART_RULES[action].get(state)


def takes_part(state: PartState) -> bool:
    """Whether an agency with such a part takes part in the report, and so may read it."""
    return state in OPEN_PARTS or state is PartState.DONE


def term_after(terms: Terms, before: PartState | None, state: PartState, now: datetime) -> Fields:
    """What a step from `before` to `state` changes of a part's term; nothing while the stage is
    the same."""
    stage = _STAGES.get(state)
    if before is not None and _STAGES.get(before) is stage and stage is not None:
        return {}
    return OVER if stage is None else terms.begin_stage(stage, now)


def folded_parts(history: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, PartState]:
    """The parts to which a report's history, as (action, data), leads: state by agency.

    Raises ValueError for a history that no sequence of legal actions can have made, also if a
    report was resolved with an open part and no reason was said.
    """
    lines = list(history)
    found: dict[str, PartState] = {}
    for (action, data), state in zip(lines, lifecycle.states(lines), strict=True):
        if action in PART_RULES:
            agency = data["agency"]
            then = next_part_state(action, found.get(agency))
            if then is None:
                raise ValueError(f"{action} of {agency} is not possible here")
            found[agency] = then
        elif action == "resolve" and open_in(found) and OPEN_PARTS_REASON not in data:
            raise ValueError(f"resolved although {open_in(found)} are not done")
        for agency in _ended(found, action, data, is_over=state not in OPEN):
            found[agency] = PartState.WITHDRAWN
    return found


def open_in(parts: Mapping[str, PartState]) -> list[str]:
    """The agencies whose part is open."""
    return sorted(agency for agency, state in parts.items() if state in OPEN_PARTS)


def _ended(
    parts: Mapping[str, PartState], action: str, data: Mapping[str, Any], *, is_over: bool
) -> list[str]:
    """Whose open part ends with a step of the report."""
    if is_over:
        return open_in(parts)
    return [one for one in open_in(parts) if action in _LEADS_ANEW and one == data["agency"]]
