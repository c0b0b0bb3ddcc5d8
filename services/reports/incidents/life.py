"""How long an incident lives, by what people say of it.

It lives for the lifetime of its category since it was last seen. "Seen" is what a voice says for
the first time, by a report or a vote: whoever says it again, from whichever address, prolongs
nothing, and neither does an address that somebody has spoken from. That it is gone counts only
beyond what one address can weigh; by the weight of `gone_ends`, or of the share of those who see
it, it is over. Whoever sees it after the first of those speaks against them. All of this is a
function of what was said, and when; never of the order in which it arrived.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from services.reports.incidents.rules import IncidentRules, VoteRules


@dataclass(frozen=True)
class Said:
    """What was said of an incident in all.

    by_voice, by_address: when the newest of all voices, and of all addresses, first saw it; there
    is always one. gone: the weight of those who say that it is gone, of one address at most what
    the rules allow. against: of those who saw it after the first of them. there: of all who see it.
    """

    by_voice: datetime
    by_address: datetime
    gone: int
    against: int
    there: int


def seen_at(said: Said) -> datetime:
    """When it was last seen."""
    return min(said.by_voice, said.by_address)


def expires_at(said: Said, rules: IncidentRules) -> datetime:
    """Until when it lives, if nobody says anything more."""
    return seen_at(said) + (1 - gone_part(said, rules.votes)) * rules.lifetime


def gone_part(said: Said, votes: VoteRules) -> float:
    """Which part of the lifetime is lost, from 0 (none) to 1 (it is over)."""
    alone = votes.most_of_one_address
    ends = max(votes.gone_ends, math.ceil(votes.gone_share * said.there))
    return min(1.0, max(0.0, (said.gone - said.against - alone) / (ends - alone)))
