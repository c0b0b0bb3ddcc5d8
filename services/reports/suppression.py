"""Which counts are kept back: those below five, and what would tell them by subtraction.

A table has a row for each group and one for all together, a column for each state and one for all.
Whoever reads it knows that rows and columns add up. So a small count is not told by leaving it out
alone: another one of its row and of its column is left out with it, until neither a single small
count nor a sum of some that is smaller than five follows from what is shown.

Exact inference: seen as an edge between its row and its column, a count that is kept back follows
from the others exactly if it is a bridge (Gusfield 1988, "A graph theoretic approach to statistical
data security").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from services.reports.bridges import bridges, sides

FEWEST = 5
ALL = "*"
"""The row of all groups, the column of all states."""

Counts = Mapping[str, Mapping[str, int]]
Cell = tuple[str, str]


def shown(counts: Counts) -> dict[str, dict[str, int | None]]:
    """The same table with None for what is kept back.

    counts: by row and column; every row has all columns, the row and the column ALL among them.
    What is kept back of the row ALL depends on that row alone, so tables that share it agree.
    """
    table = _Table(counts)
    table.close_total()
    table.close_all()
    return {
        row: {
            column: None if (row, column) in table.hidden else count
            for column, count in line.items()
        }
        for row, line in counts.items()
    }


class _Table:
    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._groups = [row for row in counts if row != ALL]
        self._columns = list(counts[ALL])
        self.hidden = {cell for cell in self._cells() if self._count(cell) < FEWEST}

    def close_total(self) -> None:
        """Keep back in the row of all together what its small counts need."""
        states = [column for column in self._columns if column != ALL]
        while self._hide_one_of([(ALL, column) for column in states], (ALL, ALL)):
            pass

    def close_all(self) -> None:
        """Keep back in the groups what is needed."""
        while self._close_lines() or self._close_bridge():
            pass

    def _close_lines(self) -> bool:
        closed = [self._hide_one_of(parts, whole) for parts, whole in self._lines()]
        return any(closed)

    def _lines(self) -> Iterator[tuple[list[Cell], Cell]]:
        """What adds up to what."""
        for row in self._groups:
            yield [(row, column) for column in self._columns if column != ALL], (row, ALL)
        for column in self._columns:
            yield [(row, column) for row in self._groups], (ALL, column)

    def _hide_one_of(self, parts: list[Cell], whole: Cell) -> bool:
        """Keep one part more back if what is kept back adds up to a small count."""
        rest = sum(self._count(cell) for cell in parts if cell in self.hidden)
        return whole not in self.hidden and 0 < rest < FEWEST and self._hide_smallest(parts)

    def _hide_smallest(self, cells: list[Cell]) -> bool:
        left = [cell for cell in cells if cell not in self.hidden]
        if left:
            self.hidden.add(min(left, key=lambda cell: (self._count(cell), cell)))
        return bool(left)

    def _close_bridge(self) -> bool:
        """Keep one more back, that makes a ring with a small count that follows from the others."""
        small = (one for one in bridges(self.hidden) if 0 < self._count(one) < FEWEST)
        return any(
            self._hide_smallest(self._closing(one)) or self._hide_smallest(self._inside())
            for one in small
        )

    def _closing(self, bridge: Cell) -> list[Cell]:
        (rows, columns), (other_rows, other_columns) = sides(self.hidden, bridge)
        pairs = ((rows, other_columns), (other_rows, columns))
        return [cell for left, right in pairs for cell in product(left - {ALL}, right)]

    def _inside(self) -> list[Cell]:
        return [(row, column) for row in self._groups for column in self._columns]

    def _cells(self) -> Iterator[Cell]:
        return ((row, column) for row in self._counts for column in self._columns)

    def _count(self, cell: Cell) -> int:
        return self._counts[cell[0]][cell[1]]
