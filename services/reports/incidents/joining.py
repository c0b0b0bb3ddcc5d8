"""Which reports are one incident.

Two reports are near if the cells of a grid in which they lie have their middles within the radius
of the category, and their directions agree: the same, or one of them says none. Those that are
near, and whatever is near to one of them, are one incident, as long as it lives. So an incident is
a connected part of a graph, which does not depend on the order in which its reports come; and it is
known by the earliest of them. Cells, since then what is looked at grows with the length of a jam,
and not with the number of people in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.city.areas import EARTH_RADIUS_KM, distance_km

_METRES_OF_A_DEGREE = math.radians(EARTH_RADIUS_KM * 1_000)
# more cells are more exact and more rows: two places join, or do not, within 0.71 cells each
CELLS_IN_RADIUS = 6
# what is near to a cell touches at most four blocks
CELLS_IN_BLOCK = 32
# a margin of a cell, and what a degree of longitude is less than one of latitude in no city
_MOST_NARROW = 4
_BLOCKS_IN_ROW = 1 << 15


@dataclass(frozen=True, order=True)
class Cell:
    """A field of a grid, by its row (from the equator) and column (from Greenwich)."""

    y: int
    x: int


@dataclass(frozen=True)
class Footprint:
    """Where an incident has reports: a cell, and the direction of those in it."""

    incident: str
    cell: Cell
    direction: str | None


@dataclass(frozen=True)
class Window:
    """Rows and columns, both ends included."""

    south: int
    north: int
    west: int
    east: int


@dataclass(frozen=True)
class Grid:
    """The grid for a radius in metres, which is more than 0."""

    radius: float

    @property
    def step(self) -> float:
        """How high and wide a cell is, in degrees."""
        return self.radius / CELLS_IN_RADIUS / _METRES_OF_A_DEGREE

    def cell(self, lat: float, long: float) -> Cell:
        """The cell of a place."""
        return Cell(math.floor(lat / self.step), math.floor(long / self.step))

    def middle(self, cell: Cell) -> tuple[float, float]:
        """(lat, long) of a cell's middle."""
        return (cell.y + 0.5) * self.step, (cell.x + 0.5) * self.step

    def metres(self, one: Cell, other: Cell) -> float:
        """How far apart the middles of two cells are."""
        return 1_000 * distance_km(*self.middle(one), *self.middle(other))

    def window(self, cell: Cell) -> Window:
        """All cells that may be near: they are narrower the farther from the equator."""
        high = CELLS_IN_RADIUS + 1
        narrow = max(1 / _MOST_NARROW, math.cos(math.radians(self.middle(cell)[0])))
        wide = math.ceil(high / narrow)
        return Window(cell.y - high, cell.y + high, cell.x - wide, cell.x + wide)

    def blocks(self, cell: Cell) -> list[int]:
        """The blocks of cells that the window touches, as numbers in rising order."""
        window = self.window(cell)
        rows = range(window.south // CELLS_IN_BLOCK, window.north // CELLS_IN_BLOCK + 1)
        columns = range(window.west // CELLS_IN_BLOCK, window.east // CELLS_IN_BLOCK + 1)
        return sorted(
            y % _BLOCKS_IN_ROW * _BLOCKS_IN_ROW + x % _BLOCKS_IN_ROW for y in rows for x in columns
        )


def agree(one: str | None, other: str | None) -> bool:
    """Whether two directions may be those of one incident; None is not said, or both ways."""
    return one is None or other is None or one == other


def near(
    grid: Grid, cell: Cell, direction: str | None, footprints: Iterable[Footprint]
) -> list[str]:
    """The incidents that a report in that cell joins, the nearest first; each once."""
    found: dict[str, tuple[float, str]] = {}
    for one in footprints:
        metres = grid.metres(cell, one.cell)
        if metres <= grid.radius and agree(direction, one.direction):
            place = (metres, one.incident)
            found[one.incident] = min(place, found.get(one.incident, place))
    return sorted(found, key=found.__getitem__)


def joined(nearest: Sequence[str], apart: Iterable[frozenset[str]]) -> list[str]:
    """Those of `near` that become one with the report: all, but of two that officers keep apart the
    nearer one."""
    parted, taken = set(apart), list[str]()
    for incident in nearest:
        if not any(frozenset((incident, other)) in parted for other in taken):
            taken.append(incident)
    return taken


@dataclass(frozen=True, order=True)
class Beginning:
    """By what an incident is known: its earliest report, of two at once that of the lower id."""

    at: datetime
    id: str


def earliest(incidents: Iterable[Any]) -> Any:
    """Of rows with `began_at` and `id` the one that goes on as the others do not."""
    return min(incidents, key=lambda one: Beginning(one["began_at"], one["id"]))
