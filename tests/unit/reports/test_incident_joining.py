"""Which reports are one incident: the same whatever the order in which they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.chassis.city.areas import distance_km
from services.reports.incidents.joining import (
    Beginning,
    Cell,
    Footprint,
    Grid,
    agree,
    earliest,
    joined,
    near,
)

GRID = Grid(240.0)
START = datetime(2026, 6, 1, 3, tzinfo=UTC)
STEP = GRID.step
LAT, LONG = -6.3, 106.7


@dataclass(frozen=True)
class Seen:
    """A report of a jam. at: in seconds."""

    id: str
    lat: float
    long: float
    direction: str | None
    at: int

    @property
    def cell(self) -> Cell:
        return GRID.cell(self.lat, self.long)

    @property
    def beginning(self) -> Beginning:
        return Beginning(START + timedelta(seconds=self.at), self.id)


@dataclass
class Streets:
    """Joins one report after the other by the rules, as the service does."""

    found: dict[str, list[Seen]] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)

    def see(self, seen: Seen) -> None:
        nearest = near(GRID, seen.cell, seen.direction, self._footprints())
        parts = joined(nearest, self.apart)
        rows: list[dict[str, Any]] = [self._row(one) for one in parts]
        rows.append({"id": seen.id, "began_at": seen.beginning.at})
        goes_on = earliest(rows)["id"]
        members = [one for part in parts for one in self.found.pop(part)]
        self.found[goes_on] = [*members, seen]

    def _row(self, incident: str) -> dict[str, Any]:
        first = min(one.beginning for one in self.found[incident])
        return {"id": first.id, "began_at": first.at}

    def _footprints(self) -> Iterable[Footprint]:
        for incident, members in self.found.items():
            yield from (Footprint(incident, one.cell, one.direction) for one in members)

    def parts(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(one.id for one in seen) for name, seen in self.found.items()}


def connected(reports: Sequence[Seen]) -> dict[str, frozenset[str]]:
    """The connected parts, found by looking at every two reports, by their earliest one."""
    parts = [{one} for one in reports]
    for one in reports:
        touched = [part for part in parts if any(is_near(one, other) for other in part)]
        parts = [part for part in parts if part not in touched] + [set().union(*touched)]
    return {
        min(one.beginning for one in part).id: frozenset(one.id for one in part) for part in parts
    }


def is_near(one: Seen, other: Seen) -> bool:
    metres = GRID.metres(one.cell, other.cell)
    return metres <= GRID.radius and agree(one.direction, other.direction)


def arrived(reports: Iterable[Seen]) -> dict[str, frozenset[str]]:
    streets = Streets()
    for one in reports:
        streets.see(one)
    return streets.parts()


# some cells apart, so that chains, gaps and crossings all come up
PLACES = st.integers(-14, 14)
REPORTS = st.lists(
    st.tuples(PLACES, PLACES, st.sampled_from([None, "north", "south"]), st.integers(0, 3)),
    max_size=14,
).map(
    lambda drawn: [
        Seen(f"{n:02}", LAT + y * STEP, LONG + x * STEP, direction, at)
        for n, (y, x, direction, at) in enumerate(drawn)
    ]
)


@given(REPORTS.flatmap(lambda reports: st.tuples(st.just(reports), st.permutations(reports))))
@example(([], []))
def test_joining_does_not_depend_on_the_order_of_arrival(
    drawn: tuple[list[Seen], list[Seen]],
) -> None:
    reports, shuffled = drawn
    assert arrived(shuffled) == arrived(reports) == connected(reports)


def test_the_order_matters_without_becoming_one() -> None:
    """The test above sees a rule by which a report joins only the nearest."""
    ends = [Seen("0", LAT, LONG, None, 0), Seen("1", LAT + 10 * STEP, LONG, None, 1)]
    between = Seen("2", LAT + 5 * STEP, LONG, None, 2)
    assert arrived([*ends, between]) == {"0": frozenset("012")}
    assert arrived(ends) != {"0": frozenset("01")}


DEGREES = st.floats(-0.004, 0.004)


@given(st.floats(-60, 60), st.floats(-170, 170), DEGREES, DEGREES)
def test_cells_are_as_near_as_their_places(
    lat: float, long: float, up: float, right: float
) -> None:
    """Within a cell at each end; and what is near is always in the window that is looked at."""
    one, other = GRID.cell(lat, long), GRID.cell(lat + up, long + right)
    metres = 1_000 * distance_km(lat, long, lat + up, long + right)
    of_a_cell = GRID.radius / 6 * 2**0.5
    assert abs(GRID.metres(one, other) - metres) <= of_a_cell * 1.01
    if GRID.metres(one, other) <= GRID.radius:
        window = GRID.window(one)
        assert window.south <= other.y <= window.north and window.west <= other.x <= window.east
        # so whoever joins one waits for whoever joins the other
        assert set(GRID.blocks(one)) & set(GRID.blocks(other))


@given(st.floats(-11, 6), st.floats(95, 141))
def test_few_blocks_are_locked_in_one_order(lat: float, long: float) -> None:
    blocks = GRID.blocks(GRID.cell(lat, long))
    assert 1 <= len(blocks) <= 4 and blocks == sorted(set(blocks))
    assert all(0 <= block < 2**31 for block in blocks)


def test_what_officers_keep_apart_is_not_made_one_by_a_report_between() -> None:
    ends = [Seen("0", LAT, LONG, None, 0), Seen("1", LAT + 8 * STEP, LONG, None, 1)]
    streets = Streets(apart={frozenset("01")})
    for one in (*ends, Seen("2", LAT + 5 * STEP, LONG, None, 2)):
        streets.see(one)
    assert streets.parts() == {"0": frozenset("0"), "1": frozenset("12")}
