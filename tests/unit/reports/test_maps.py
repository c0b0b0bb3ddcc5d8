"""The grid of clusters: cells cover what was asked for, whatever the level."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.query_fields import Box
from services.reports.maps import Grid
from services.reports.sum_queries import LEVELS

LONGS, LATS = st.floats(-180, 180), st.floats(-90, 90)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    west, east = sorted((draw(LONGS), draw(LONGS)))
    south, north = sorted((draw(LATS), draw(LATS)))
    return Box(west, south, east, north)


@given(boxes(), st.integers(0, 22))
def test_cells_cover_the_box(box: Box, zoom: int) -> None:
    west, south, east, north = Grid.over(box, zoom).bbox()
    slack = 1e-9
    assert west <= box.west + slack and east >= box.east - slack
    assert south <= box.south + slack and north >= box.north - slack
    assert west >= -180 and east <= 180 and south >= -90 and north <= 90


@given(boxes(), st.integers(0, 22))
def test_stored_cells_are_the_same_ground(box: Box, zoom: int) -> None:
    grid = Grid.over(box, zoom)
    stored = grid.stored()
    assert stored["level"] in LEVELS and stored["level"] - stored["shift"] == grid.level
    for low, high in (("west", "east"), ("south", "north")):
        assert stored[low] >> stored["shift"] == getattr(grid, low)
        assert stored[high] >> stored["shift"] == getattr(grid, high)
        assert (stored[high] + 1) >> stored["shift"] == getattr(grid, high) + 1
