"""A rush hour of 5,000 reports: each true jam becomes one incident, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from services.reports.incidents.joining import Cell, Footprint, Grid, joined, near
from tests.rush_hour import REPORTS, Seen, quality, rush_hour

GRID = Grid(250.0)
# somewhere in a city of a hundred and fifty square kilometres
CORNER, SIZE, WAYS = (-6.36, 106.65), (14_000.0, 11_000.0), ("utara", "selatan")


class Streets:
    """Joins reports by the rules, looking at no more than the service does."""

    def __init__(self) -> None:
        self.held: dict[Cell, list[Footprint]] = {}
        self.reports: dict[str, list[int]] = {}
        self.looked_at = 0

    def see(self, number: int, seen: Seen) -> None:
        cell = GRID.cell(seen.lat, seen.long)
        found = list(self._window(cell))
        self.looked_at = max(self.looked_at, len(found))
        parts = joined(near(GRID, cell, seen.direction, found), ())
        goes_on = parts[0] if parts else str(number)
        for other in parts[1:]:
            self._merge(other, goes_on)
        self.reports.setdefault(goes_on, []).append(number)
        footprint = Footprint(goes_on, cell, seen.direction)
        if footprint not in self.held.setdefault(cell, []):
            self.held[cell].append(footprint)

    def _merge(self, other: str, into: str) -> None:
        self.reports[into] += self.reports.pop(other)
        for cell, held in self.held.items():
            self.held[cell] = [
                Footprint(into, one.cell, one.direction) if one.incident == other else one
                for one in held
            ]

    def _window(self, cell: Cell) -> Iterator[Footprint]:
        window = GRID.window(cell)
        for y in range(window.south, window.north + 1):
            for x in range(window.west, window.east + 1):
                yield from self.held.get(Cell(y, x), ())

    def incidents(self, count: int) -> list[str]:
        of: dict[int, str] = {
            number: name for name, held in self.reports.items() for number in held
        }
        return [of[number] for number in range(count)]


def joined_in(order: Sequence[int], seen: Sequence[Seen]) -> Streets:
    streets = Streets()
    for number in order:
        streets.see(number, seen[number])
    return streets


def test_each_true_jam_is_one_incident() -> None:
    seen = rush_hour(1, CORNER, SIZE, WAYS)
    streets = joined_in(range(REPORTS), seen)
    incidents = streets.incidents(REPORTS)
    precision, recall = quality([one.jam for one in seen], incidents)
    assert precision >= 0.95 and recall >= 0.95, (precision, recall)
    # of thousands of reports a joining one looks at what lies within its window
    assert streets.looked_at < 200


def test_in_whichever_order_they_arrive() -> None:
    seen = rush_hour(2, CORNER, SIZE, WAYS, 1_000)
    shuffled = Random(2).sample(range(1_000), 1_000)
    found = [joined_in(order, seen).reports.values() for order in (range(1_000), shuffled)]
    assert {frozenset(held) for held in found[0]} == {frozenset(held) for held in found[1]}


def test_quality_sees_what_is_wrong() -> None:
    assert quality([0, 0, 1, 1], ["a", "a", "b", "b"]) == (1, 1)
    assert quality([0, 0, 1, 1], ["a", "a", "a", "a"]) == (0, 0)
    assert quality([0, 0, 1, 1], ["a", "a", "b", "c"]) == (1 / 3, 1 / 2)
