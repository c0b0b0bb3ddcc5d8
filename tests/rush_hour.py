"""A rush hour that is made, not measured: true jams, and who reports them when from where."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

JAMS, REPORTS, SECONDS = 40, 5_000, 600.0
# jams in the other lane of the same street
OPPOSED = 10
# two of them are two, if a reader of the map would say so: a radius and the noise lie between them
APART_METRES = 700.0
_METRE = 1 / 111_195
_LENGTHS = (250.0, 800.0)
_NOISE, _LOST_NOISE, _LOST = 12.0, 45.0, 0.02
_TRIES = 200_000


@dataclass(frozen=True)
class Jam:
    """A stretch of a street, in metres east and north of a corner, where traffic stands."""

    number: int
    x: float
    y: float
    length: float
    angle: float
    direction: str

    @property
    def ends(self) -> tuple[tuple[float, float], ...]:
        """Points along it, close enough to tell how far another one is."""
        parts = 6
        return tuple(
            (self.x + math.sin(self.angle) * self.length * n / parts,
             self.y + math.cos(self.angle) * self.length * n / parts)
            for n in range(parts + 1)
        )  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Somebody in a jam reports it, after so many seconds."""

    jam: int
    second: float
    lat: float
    long: float
    direction: str


def rush_hour(
    seed: int,
    corner: tuple[float, float],
    size: tuple[float, float],
    directions: tuple[str, str],
    reports: int = REPORTS,
) -> list[Seen]:
    """Reports in the order of their time. corner: south-west (lat, long) of a field of so many
    metres to the north and the east. directions: what people say of the two ways."""
    random = Random(seed)
    jams = _jams(random, size, directions)
    weights = [random.uniform(0.5, 2.0) for _ in jams]
    found = [
        _seen(random, jam, corner, random.uniform(0, SECONDS))
        for jam in random.choices(jams, weights, k=reports)
    ]
    return sorted(found, key=lambda one: one.second)


def _jams(random: Random, size: tuple[float, float], directions: tuple[str, str]) -> list[Jam]:
    jams: list[Jam] = []
    for _ in range(_TRIES):
        if len(jams) == JAMS - OPPOSED:
            break
        jam = Jam(len(jams), random.uniform(0, size[1]), random.uniform(0, size[0]),
                  random.uniform(*_LENGTHS), random.uniform(0, math.pi),
                  random.choice(directions))  # fmt: skip
        if all(_metres(jam, other) > APART_METRES for other in jams):
            jams.append(jam)
    assert len(jams) == JAMS - OPPOSED, "the field is too small"
    for jam in jams[:OPPOSED]:
        other = directions[jam.direction == directions[0]]
        jams.append(Jam(len(jams), jam.x, jam.y, jam.length, jam.angle, other))
    return jams


def _metres(one: Jam, other: Jam) -> float:
    return min(math.dist(here, there) for here in one.ends for there in other.ends)


def _seen(random: Random, jam: Jam, corner: tuple[float, float], second: float) -> Seen:
    noise = _LOST_NOISE if random.random() < _LOST else _NOISE
    along = random.uniform(0, jam.length)
    x = jam.x + math.sin(jam.angle) * along + random.gauss(0, noise)
    y = jam.y + math.cos(jam.angle) * along + random.gauss(0, noise)
    narrow = math.cos(math.radians(corner[0]))
    lat, long = corner[0] + y * _METRE, corner[1] + x * _METRE / narrow
    return Seen(jam.number, second, lat, long, jam.direction)


def quality(jams: Sequence[int], incidents: Sequence[str]) -> tuple[float, float]:
    """(precision, recall): which part of the incidents is a jam, and of the jams an incident.

    jams, incidents: of each report. An incident is a jam if at least 95 % of its reports are of
    that jam, and these at least 95 % of all reports of the jam.
    """
    of_jam, of_incident = Counter(jams), Counter(incidents)
    shared: Mapping[str, Counter[int]] = defaultdict(Counter)
    for jam, incident in zip(jams, incidents, strict=True):
        shared[incident][jam] += 1
    right = 0
    for incident, counted in shared.items():
        jam, count = counted.most_common(1)[0]
        right += count >= 0.95 * of_incident[incident] and count >= 0.95 * of_jam[jam]
    return right / len(of_incident), right / len(of_jam)
