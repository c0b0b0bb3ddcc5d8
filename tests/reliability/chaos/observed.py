"""What is there after a scenario: plain values, so that invariants can be tried on false ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """One line of a report's history."""

    version: int
    action: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """An event and somebody who was told of it: the report's version after the event."""

    report: str
    version: int
    recipient: str


@dataclass(frozen=True)
class Mail:
    """A queued e-mail. copies: how often the mail server has it. outcomes: one per attempt."""

    about: Told
    state: str
    copies: int
    outcomes: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True)
class Kept:
    """A report as the database of reports has it. parts: states by agency."""

    version: int
    state: str
    key: str
    steps: tuple[Step, ...]
    parts: dict[str, str] = field(default_factory=dict)


@dataclass
class Observed:
    """unreadable: accepted writes that were not to be read within five seconds, and why.
    unsettled: what still waited somewhere sixty seconds after healing. audit: what `kota audit
    verify` complains of. heard: the versions each handler dealt with, by (service, handler,
    subject), in the order in which they came. sites: how many reports each tells of, and how many
    lie on it. nowhere: reports that count and lie on none.
    """

    unreadable: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    settled_seconds: float = 0.0
    reports: dict[str, Kept] = field(default_factory=dict)
    notifications: Counter[Told] = field(default_factory=Counter)
    mails: list[Mail] = field(default_factory=list)
    heard: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    audit: list[str] = field(default_factory=list)
    sites: dict[str, tuple[int, int]] = field(default_factory=dict)
    nowhere: list[str] = field(default_factory=list)
