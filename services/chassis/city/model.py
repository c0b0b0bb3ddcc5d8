"""The city as value types: what every service knows about the place it works for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from services.chassis.city.areas import AreaIndex
from services.chassis.city.calendar import WorkingCalendar
from services.chassis.text import Language, Text


@dataclass(frozen=True)
class LegalBasis:
    """The law a rule stems from, and the days on which it is in force (both included)."""

    text: str
    valid_from: date
    valid_to: date | None = None
    note: str = ""

    def in_force(self, day: date) -> bool:
        """The law applies on `day` (a date of the city's zone)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class EscalationStep:
    """Who is told when a service level has been missed by so many working days.

    to: the position, in words. tell: who reads it here: the agency's `supervisors`, its `head`, or
    the city's `overseers`.
    """

    after_working_days: int
    to: Text
    tell: str


@dataclass(frozen=True)
class Agency:
    """A city agency (SKPD/OPD)."""

    code: str
    name: Text
    kind: str
    escalation: tuple[EscalationStep, ...] = ()


@dataclass(frozen=True)
class City:
    """One loaded city pack, without the parts that belong to a single service."""

    code: str
    name: str
    province: str
    timezone: ZoneInfo
    default_language: Language
    legal_basis: LegalBasis
    areas: AreaIndex
    agencies: Mapping[str, Agency]
    calendar: WorkingCalendar
    directory: Path
