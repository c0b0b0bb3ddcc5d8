"""What a report says of an incident, and who says it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.call import Call
from services.chassis.database import Row
from services.chassis.sender import IPV6_WIDTHS
from services.reports.city import Category
from services.reports.incidents.joining import Cell, Grid
from services.reports.incidents.rules import IncidentRules, VoteRules


@dataclass(frozen=True)
class Voice:
    """Somebody who says something. id: a digest of the account, or of a guest's address. address:
    from where, as the gateway told it. weight: what it counts."""

    id: str
    address: str
    weight: int


@dataclass(frozen=True)
class Sighting:
    """A report of an incident, and where it lies."""

    report: Row
    rules: IncidentRules
    grid: Grid
    voice: Voice

    @property
    def cell(self) -> Cell:
        """Where."""
        return self.grid.cell(self.report["lat"], self.report["long"])

    @property
    def at(self) -> datetime:
        """When."""
        moment: datetime = self.report["created_at"]
        return moment

    @property
    def direction(self) -> str | None:
        """Where to; None if it does not say."""
        return self.rules.direction_of(self.report["attributes"])

    def placed(self, incident_id: str) -> dict[str, Any]:
        """The values of its row and cell."""
        return {
            "report_id": self.report["id"],
            "incident_id": incident_id,
            "category": self.report["category"],
            "at": self.at,
            "y": self.cell.y,
            "x": self.cell.x,
            "direction": self.direction,
            "voice": self.voice.id,
        }

    def said(self, incident_id: str) -> dict[str, Any]:
        """The values of what its voice says."""
        answers = self.report["attributes"]
        return spoken(
            incident_id,
            self.voice,
            "there",
            self.at,
            severity=self.rules.severity_of(answers),
            cause=self.rules.cause_of(answers),
        )


def spoken(
    incident_id: str,
    voice: Voice,
    stance: str,
    at: datetime,
    *,
    severity: str | None = None,
    cause: str | None = None,
) -> dict[str, Any]:
    """What a voice says of an incident: that it is `there` or `gone`, and how it is."""
    who = {"voice": voice.id, "address": voice.address, "weight": voice.weight}
    how = {"stance": stance, "at": at, "severity": severity, "cause": cause}
    return who | how | {"incident_id": incident_id}


def voice_of(call: Call, votes: VoteRules) -> Voice:
    """Whoever calls."""
    account = None if call.principal.is_guest else call.principal.subject
    return voice(account, call.sender.networks, votes)


def voice(account: str | None, networks: Sequence[str], votes: VoteRules) -> Voice:
    """Guests, who have no account, are one voice if they are of one address; an account is one from
    wherever it comes."""
    address = customer(networks)
    if account is None:
        guest = _digest(f"address:{address}")
        return Voice(guest, address or guest, votes.guest)
    known = _digest(f"account:{account}")
    return Voice(known, address or known, votes.account)


def customer(networks: Sequence[str]) -> str | None:
    """The network that one customer may have as a whole: an IPv4 address, an IPv6 /56."""
    if not networks:
        return None
    return networks[1] if len(networks) == len(IPV6_WIDTHS) else networks[0]


def sighting(
    report: Row, category: Category, account: str | None, networks: Sequence[str]
) -> Sighting | None:
    """What a report of that account, or of a guest, says; None if it can be of no incident: of
    another kind, secret, or of a place that is not known."""
    rules, radius = category.incident, category.duplicate_radius_m
    is_placed = radius > 0 and not report["approximate"]
    if rules is None or not is_placed or report["visibility"] == "secret":
        return None
    return Sighting(report, rules, Grid(radius), voice(account, networks, rules.votes))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
