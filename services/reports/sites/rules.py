"""What a site is, reckoned from the reports that lie on it and from what officers did there.

It is reckoned anew from all of them whenever one changes. So it does not matter in which order
reports are heard of, and what is taken away - merged, hidden, moved - leaves no trace in a count.

Source: our own decisions. Garbage comes in *spells*: one begins with a report and lasts until the
place is clean, which officers say, or which follows when the last open report of the spell is
resolved. What is reported later is a recurrence and begins the next spell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from services.reports.parts import OPEN_PARTS, PartState
from services.reports.sites.pack import CLEAN, ENFORCE, Duty, Ranking, SiteRules


class SiteState(StrEnum):
    """Where a site stands. CLEANED: nothing lies there, but some agency is not done."""

    OPEN = "open"
    CLEANED = "cleaned"
    CLOSED = "closed"


@dataclass(frozen=True)
class Linked:
    """A report that lies on the site and counts. resolved_at: None while it is open."""

    id: str
    created_at: datetime
    resolved_at: datetime | None
    lat: float
    long: float
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """What an officer did. name: `begin` (with the duty), `clean`, `enforce` or `close`."""

    id: str
    name: str
    duty: str
    at: datetime
    actor: str
    note: str | None = None


@dataclass(frozen=True)
class Part:
    """How far an agency is with its duty."""

    state: PartState
    asked_at: datetime
    ended_at: datetime | None = None
    officer: str | None = None
    answer: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the agency still owes it."""
        return self.state in OPEN_PARTS


@dataclass
class Spell:
    """One time that garbage lay there, from the first report until it was gone."""

    opened_at: datetime
    parts: dict[str, Part]
    reports: list[Linked] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    cleaned_at: datetime | None = None
    enforced_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def settled_at(self) -> datetime | None:
        """Since when nothing lies there."""
        return min(filter(None, (self.cleaned_at, self.closed_at)), default=None)

    @property
    def state(self) -> SiteState:
        """Where the site stands in this spell."""
        if self.closed_at is not None:
            return SiteState.CLOSED
        return SiteState.OPEN if self.cleaned_at is None else SiteState.CLEANED

    def end(self, duty: str, state: PartState, at: datetime, deed: Deed | None = None) -> None:
        """End an agency's part; with the last one the spell is closed."""
        part = self.parts[duty]
        said = {} if deed is None else {"officer": deed.actor, "answer": deed.note}
        self.parts[duty] = replace(part, state=state, ended_at=at, **said)  # type: ignore[arg-type]
        if not any(one.is_open for one in self.parts.values()):
            self.closed_at = self.closed_at or at


class _Walk:
    """Goes through what happened, in the order of time."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self.duties = duties
        self.spells: list[Spell] = []

    def reported(self, report: Linked) -> None:
        if not self.spells or self.spells[-1].settled_at is not None:
            self.spells.append(Spell(report.created_at, self._asked(report.created_at)))
        self.spells[-1].reports.append(report)
        self.spells[-1].waiting.add(report.id)

    def resolved(self, report: Linked) -> None:
        spell = self.spells[-1]
        if report.id not in spell.waiting:
            return  # of an earlier spell
        spell.waiting.remove(report.id)
        at = report.resolved_at
        if at is not None and not spell.waiting and spell.settled_at is None:
            self._cleaned(spell, at, None)

    def done(self, deed: Deed) -> None:
        if not self.spells:
            return  # nothing that counts lay there
        spell = self.spells[-1]
        part = spell.parts.get(deed.duty)
        if deed.name == "close" and spell.closed_at is None:
            spell.closed_at = deed.at
            for duty in [name for name, one in spell.parts.items() if one.is_open]:
                spell.end(duty, PartState.WITHDRAWN, deed.at, deed)
        elif part is None or not part.is_open or deed.name == "close":
            return
        elif deed.name == "begin":
            spell.parts[deed.duty] = replace(part, state=PartState.WORKING, officer=deed.actor)
        elif deed.duty == CLEAN:
            self._cleaned(spell, deed.at, deed)
        else:
            spell.enforced_at = deed.at
            spell.end(ENFORCE, PartState.DONE, deed.at, deed)

    def _cleaned(self, spell: Spell, at: datetime, deed: Deed | None) -> None:
        spell.cleaned_at = at
        spell.end(CLEAN, PartState.DONE, at, deed)

    def _asked(self, at: datetime) -> dict[str, Part]:
        """Whose turn it is in a new spell; what an agency still owed to the last one goes on."""
        before = self.spells[-1].parts if self.spells else {}
        owed = {name: part for name, part in before.items() if part.is_open}
        asked = {
            duty.duty: Part(PartState.ASKED, at)
            for duty in self.duties
            if len(self.spells) >= duty.after_recurrences or duty.duty == CLEAN
        }
        return asked | owed


@dataclass(frozen=True)
class Folded:
    """A site as it follows from all that happened; without any report there is nothing to see."""

    spells: Sequence[Spell]
    volume: str | None
    kinds: Sequence[str]
    hazards: Sequence[str]
    hours: Mapping[str, int]
    score: int

    @property
    def reports(self) -> int:
        """How many lie on it."""
        return sum(len(spell.reports) for spell in self.spells)

    @property
    def recurrences(self) -> int:
        """How often garbage came back."""
        return max(0, len(self.spells) - 1)

    @property
    def current(self) -> Spell:
        """The last spell; there is one if there are reports."""
        return self.spells[-1]

    def place(self) -> tuple[float, float]:
        """(lat, long) of the middle of its reports, to about ten centimetres."""
        reports = sorted((one for spell in self.spells for one in spell.reports), key=_id)
        count = len(reports)
        return (round(sum(one.lat for one in reports) / count, 6),
                round(sum(one.long for one in reports) / count, 6))  # fmt: skip


def folded(reports: Iterable[Linked], deeds: Iterable[Deed], rules: SiteRules) -> Folded:
    """What follows from reports and deeds, given in any order."""
    walk, linked = _Walk(rules.duties), list(reports)
    moments: list[tuple[datetime, int, str, Callable[[], None]]] = [
        (one.created_at, 0, one.id, partial(walk.reported, one)) for one in linked
    ]
    moments += [
        (one.resolved_at, 1, one.id, partial(walk.resolved, one))
        for one in linked
        if one.resolved_at is not None
    ]
    moments += [(one.at, 2, one.id, partial(walk.done, one)) for one in deeds]
    for *_, happen in sorted(moments, key=lambda moment: moment[:3]):
        happen()
    return _described(walk.spells, rules)


def _described(spells: Sequence[Spell], rules: SiteRules) -> Folded:
    now = spells[-1].reports if spells else []
    ever = [one for spell in spells for one in spell.reports]
    volumes = said(now, "volume", rules)
    most = max(volumes.values(), default=0)
    kinds, hazards = said(now, "kind", rules), said(now, "hazards", rules)
    volume = next((code for code in reversed(list(volumes)) if volumes[code] == most), None)
    present = {"volume": [volume], "kind": kinds, "hazards": hazards}
    score = _score(rules.ranking, len(now), len(spells) - 1, present) if spells else 0
    return Folded(spells, volume, list(kinds), list(hazards), said(ever, "hours", rules), score)


def said(reports: Iterable[Linked], question: str, rules: SiteRules) -> dict[str, int]:
    """How many reports give each answer to a question, in the order of the pack."""
    code, order = rules.questions.get(question), rules.order.get(question, ())
    counts = Counter(answer for one in reports for answer in _answers(one.answers.get(code or "")))
    return {answer: counts[answer] for answer in order if counts[answer]}


def _answers(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        yield from dict.fromkeys(one for one in given if isinstance(one, str))


def _score(
    ranking: Ranking, reports: int, recurrences: int, present: Mapping[str, Iterable[Any]]
) -> int:
    points = ranking.report * reports + ranking.recurrence * recurrences
    for question, answers in present.items():
        known = ranking.answers.get(question, {})
        points += sum(known.get(answer, 0) for answer in answers)
    return points


def _id(report: Linked) -> str:
    return report.id
