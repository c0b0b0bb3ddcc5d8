"""Synthetic reports that have lived: what the service would have written, without the service.

Each goes through the service's own rules: placed as a new report is, moved by the same steps, its
alarms rung when they were due. The same seed makes the same reports. They are guests' reports, say
that they are synthetic, and name nobody.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from services.chassis.capabilities import UploadedPhoto
from services.chassis.database import Row
from services.chassis.ids import id_at, public_number
from services.chassis.principal import GUEST, SYSTEM
from services.reports import alarms
from services.reports.catalogue import Catalogue
from services.reports.changing import Step, TermsOf, changed_by, remembered
from services.reports.commands import PREFIX, begun
from services.reports.contract import ACTIONS
from services.reports.incidents.seeding import Past, past
from services.reports.lifecycle import State, next_state
from services.reports.seeding_material import MARK, Material
from services.reports.service_levels import Alarm, Terms, WorkingTime
from services.reports.stays import told_hours

_SECOND = timedelta(seconds=1)
_SLOW, _SLOW_FACTOR = 0.15, 5.0
_CLAIMED = 0.6
# who acts where no officer of an agency is known
NOBODY = "operator"
# what staff does next in each state: (action, weight, hours until it is done, on average)
_NEXT: Mapping[State, Sequence[tuple[str | None, int, float]]] = {
    State.SUBMITTED: (("verify", 86, 14), ("reject", 6, 20), ("refer", 2, 20), (None, 6, 0)),
    State.VERIFIED: (("assign", 88, 9), ("forward", 6, 12), (None, 6, 0)),
    State.ASSIGNED: (("start", 94, 16), (None, 6, 0)),
    State.IN_PROGRESS: (("resolve", 84, 36), ("hold", 10, 12), (None, 6, 0)),
    State.ON_HOLD: (("start", 85, 30), (None, 15, 0)),
}
# the same with the weights added up
_CHOICES = {
    state.value: (options, list(accumulate(weight for _, weight, _ in options)))
    for state, options in _NEXT.items()
}
_SAID: Mapping[str, dict[str, Any]] = {
    "reject": {"reason": f"{MARK} Tidak dapat ditindaklanjuti"},
    "hold": {"reason": f"{MARK} Menunggu bahan"},
    "resolve": {"note": f"{MARK} Sudah ditangani"},
    "refer": {"authority": f"{MARK} Pemerintah provinsi", "reason": f"{MARK} Wewenang provinsi"},
    "forward": {"reason": f"{MARK} Wewenang instansi lain"},
}


class Line(NamedTuple):
    """One line of a report's history."""

    version: int
    action: str
    actor: str
    at: datetime
    data: dict[str, Any]


@dataclass
class Life:
    """A report as it stands, and how it came there. photos: (number, version, photo). past: what it
    led to in the streets."""

    report: Row
    history: list[Line]
    photos: list[tuple[int, int, UploadedPhoto]] = field(default_factory=list)
    past: Past | None = None

    def take(self, step: Step, actor: str, at: datetime, terms_of: TermsOf) -> None:
        """Take a step at that time."""
        before, self.report = self.report, changed_by(step, self.report, terms_of, at)
        if self.report["state"] != before["state"]:
            # as the database's own trigger does for what is not copied
            stay = {"state": before["state"], "agency": before["agency"],
                    "hours": told_hours(before["state_since"], at)}  # fmt: skip
            self.report |= {"state_since": at, "stays": [*before["stays"], stay]}
        version = self.report["version"]
        self.history.append(Line(version, step.name, actor, at, remembered(step)))
        for photo in step.photos:
            self.photos.append((len(self.photos) + 1, version, photo))

    def ring(self, until: datetime, terms_of: TermsOf) -> None:
        """Ring every alarm that is due by then, when it is due."""
        while self.report["alarm"] is not None and self.report["alarm_at"] <= until:
            report, at = self.report, self.report["alarm_at"]
            terms, alarm = terms_of(report["category"], report["agency"]), Alarm(report["alarm"])
            # nobody left an address to be asked at
            is_over = alarm is Alarm.ASK
            if is_over or (alarm is Alarm.ESCALATE and report["escalation"] >= len(terms.ladder)):
                self.report = report | {"alarm": None, "alarm_at": None}
                return
            self.take(alarms.step_of(alarm, report, terms), SYSTEM.subject, at, terms_of)


@dataclass(frozen=True)
class Span:
    """So many reports, spread evenly over a time."""

    start: datetime
    end: datetime
    reports: int

    def moment(self, position: float) -> datetime:
        """When the report at that position came in, to the second."""
        seconds = int((self.end - self.start).total_seconds() * position / self.reports)
        return self.start + seconds * _SECOND


@dataclass(frozen=True)
class RememberedTime(WorkingTime):
    """Working time that remembers what it was asked before: many reports share few days."""

    ends: dict[tuple[date, int], datetime] = field(default_factory=dict)
    days_before: dict[datetime, datetime] = field(default_factory=dict)

    def end(self, start: datetime, days: int) -> datetime:
        """As WorkingTime does."""
        asked = start.astimezone(self.zone).date(), days
        if asked not in self.ends:
            self.ends[asked] = super().end(start, days)
        return self.ends[asked]

    def day_before(self, due: datetime) -> datetime:
        """As WorkingTime does."""
        if due not in self.days_before:
            self.days_before[due] = super().day_before(due)
        return self.days_before[due]


class Seeder:
    """Makes reports of a city. seed: of all that is random. officers: accounts by agency.

    photo: a picture in the file store, for what was done.
    """

    def __init__(
        self,
        city: Catalogue,
        seed: str,
        officers: Mapping[str, Sequence[str]],
        photo: UploadedPhoto,
    ) -> None:
        self._city = city
        self._seed = seed
        self._officers = officers
        self._photo = photo
        self._agencies = sorted(city.city.agencies)
        self._time = RememberedTime(city.city.calendar, city.city.timezone)
        # steps and terms never change, and there are few of them
        self._terms = cache(self._terms_of)
        self._steps = cache(self._step_of)
        self._material = Material(city, _random(f"{seed}:material"))

    def lives(self, span: Span, first: int, serials: Sequence[int]) -> Iterator[Life]:
        """Reports number `first` and following of a span, one for each serial."""
        random = _random(f"{self._seed}:{first}")
        for position, serial in enumerate(serials, first):
            at = span.moment(position + random.random())
            life = self._lived(random, self._new(random, at, serial), span.end)
            life.past = self._past(life.report, span.end)
            yield life

    def _past(self, report: Row, end: datetime) -> Past | None:
        category = self._city.categories.by_code[report["category"]]
        return past(report, category, end, self._city.city.timezone)

    def _new(self, random: Random, at: datetime, serial: int) -> Life:
        placed = self._material.reported(random)
        report = begun(
            placed,
            self._terms(placed["category"], placed["agency"]),
            at,
            report_id=id_at(at, random.getrandbits(74)),
            number=public_number(PREFIX, self._city.local_time(at).year, serial),
            reporter=None,
        )
        # columns that a new report leaves to the database
        report |= {"settled_at": None, "missed": 0, "photos": [], "state_since": at, "stays": []}
        return Life(report, [Line(1, "submitted", GUEST.subject, at, {})])

    def _lived(self, random: Random, life: Life, end: datetime) -> Life:
        slowness = _SLOW_FACTOR if random.random() < _SLOW else 1.0
        at = life.report["created_at"]
        while True:
            action, hours = _chosen(random, life.report["state"])
            waits = random.expovariate(1.0) * hours * slowness * 3_600
            at = at + max(int(waits), 60) * _SECOND if action else end
            life.ring(min(at, end), self._terms)
            if action is None or at >= end:
                return life
            actor = self._officer(random, life.report["agency"]) or NOBODY
            life.take(self._step(random, action, life.report), actor, at, self._terms)

    def _step(self, random: Random, action: str, report: Row) -> Step:
        state = report["state"]
        if action not in ("assign", "forward"):
            return self._steps(action, state, None, None)
        agency = self._other(random, report) if action == "forward" else report["agency"]
        officer = self._officer(random, agency) if random.random() < _CLAIMED else None
        return self._steps(action, state, agency, officer)

    def _step_of(self, action: str, state: str, agency: str | None, officer: str | None) -> Step:
        """agency, officer: to whom it goes, where the action says so."""
        to = {"agency": agency, "officer": officer} if agency else {}
        data = _SAID.get(action, {}) | {name: code for name, code in to.items() if code}
        leads = next_state(action, State(state), data)
        if leads is None:
            raise ValueError(f"{action} is not possible in {state}")
        photos = [self._photo] if action == "resolve" else []
        event = ACTIONS[action].event
        return Step(action, event, leads, "staff", data=data, changes=to, photos=photos)

    def _officer(self, random: Random, agency: str) -> str | None:
        known = self._officers.get(agency)
        return random.choice(known) if known else None

    def _other(self, random: Random, report: Row) -> str:
        return random.choice([code for code in self._agencies if code != report["agency"]])

    def _terms_of(self, category: str, agency: str) -> Terms:
        made = self._city.terms(category, agency)
        return Terms(made.level, made.ladder, self._time)


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - the same again is what is wanted


def _chosen(random: Random, state: str) -> tuple[str | None, float]:
    """What staff does next, and in how many hours on average; None: nothing."""
    if state not in _CHOICES:
        return None, 0.0
    options, weights = _CHOICES[state]
    action, _, hours = options[bisect(weights, random.random() * weights[-1])]
    return action, hours
