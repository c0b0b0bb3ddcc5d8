"""Incidents and sites as notify knows them, and what is told to those who follow one.

No I/O. A thing is what was last heard of it; news is what differs. Whoever follows what went into
another one follows that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from services.notify.domain import THING_NEWS
from services.notify.topics import INCIDENT, SITE, Topic

CHANGED, ENDED, MERGED, SPLIT = (
    f"{INCIDENT}.{past}" for past in ("changed", "ended", "merged", "split")
)
BACK = f"{SITE}.recurred"
GROWN = 2
"""Who follows an incident hears that it is reported again when it is so many times as often."""


@dataclass(frozen=True)
class Thing:
    """What an incident or a site is. state, severity: its own; severity is None of a site.

    told_reports: how many reports it had when that was last told. merged_into: the key of the topic
    that goes on for it.
    """

    topic: str
    version: int
    category: str
    area: str | None
    state: str
    reports: int
    severity: str | None = None
    told_reports: int = 1
    merged_into: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether there will be no news of it."""
        return self.state == "ended" or self.merged_into is not None


def of_event(kind: str, version: int, data: dict[str, Any]) -> Thing:
    """As an event tells of it, or reports answers."""
    merged = data.get("merged_into")
    return Thing(
        topic=Topic(kind, data.get(f"{kind}_id") or data["id"]).key,
        version=version,
        category=data["category"],
        area=data["area"],
        state=data["state"],
        reports=data["reports"],
        severity=data.get("severity"),
        told_reports=data["reports"],
        merged_into=Topic(kind, merged).key if merged else None,
    )


def incident_news(before: Thing | None, now: Thing, split_from: str | None) -> str | None:
    """What is told of it; None if nothing is. split_from: of which it was a part until now, whose
    followers are told then."""
    if split_from is not None:
        return SPLIT
    if now.is_over:
        return ENDED if now.merged_into is None else MERGED
    if before is None:
        return None
    is_grown = now.reports >= GROWN * before.told_reports
    return CHANGED if is_grown or now.severity != before.severity else None


def site_news(before: Thing | None, now: Thing, happened: str) -> str | None:
    """What is told of it; None if nothing is. happened: the event's name."""
    if now.merged_into is None and not now.reports:
        return None  # nobody may see it
    is_back = before is not None and before.state != "open" and now.state == "open"
    if is_back and happened in (f"{SITE}.changed", f"{SITE}.reported"):
        return BACK
    return happened if happened in THING_NEWS else None


def heard(before: Thing | None, now: Thing, news: str | None) -> Thing:
    """What is kept: how many reports were told of stays until it is told again."""
    is_told = before is None or news is not None
    return now if is_told or before is None else replace(now, told_reports=before.told_reports)
