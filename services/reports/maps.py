"""Where public reports are: clusters for a map of any zoom, and how many each kelurahan has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.chassis.query_fields import Box
from services.chassis.unit_of_work import UnitOfWork
from services.reports import errors, sum_queries, suppression
from services.reports.catalogue import Catalogue
from services.reports.statistics import tallied, year_asked
from services.reports.statistics_contract import MOST_CELLS
from services.reports.suppression import ALL

# a tile of a web map is as wide as a cell of the same level; four cells beside each other in it
_LEVELS_IN_A_TILE = 2
_DECIMALS = 2


@dataclass(frozen=True)
class Grid:
    """The cells of one level that a box touches, by number, both ends included."""

    level: int
    west: int
    south: int
    east: int
    north: int

    @classmethod
    def over(cls, box: Box, zoom: int) -> Grid:
        """The finest that there is for a zoom."""
        level = min(zoom + _LEVELS_IN_A_TILE, sum_queries.LEVELS[-1])
        west, east = (_cell(long, 180, level) for long in (box.west, box.east))
        south, north = (_cell(lat, 90, level) for lat in (box.south, box.north))
        return cls(level, west, south, east, north)

    @property
    def cells(self) -> int:
        """How many there are."""
        return (self.east - self.west + 1) * (self.north - self.south + 1)

    def stored(self) -> dict[str, int]:
        """The same cells in the coarsest level that is kept and fine enough, and the difference."""
        level = next(level for level in sum_queries.LEVELS if level >= self.level)
        shift = level - self.level
        return {
            "level": level, "shift": shift,
            "west": self.west << shift, "east": (self.east + 1 << shift) - 1,
            "south": self.south << shift, "north": (self.north + 1 << shift) - 1,
        }  # fmt: skip

    def bbox(self) -> list[float]:
        """west, south, east, north of all of it, in degrees."""
        width = 360 / (1 << self.level)
        return [self.west * width - 180, self.south * width - 90,
                (self.east + 1) * width - 180, (self.north + 1) * width - 90]  # fmt: skip

    def cell(self, x: int, y: int) -> Grid:
        """One of the cells."""
        return Grid(self.level, x, y, x, y)


def report_clusters(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The reports of each cell that a box touches. Raises Invalid for a box of too many cells."""
    box, zoom = body["bbox"], body["zoom"]
    grid = Grid.over(box, zoom)
    if grid.cells > MOST_CELLS:
        fits = (lower for lower in range(zoom, -1, -1) if Grid.over(box, lower).cells <= MOST_CELLS)
        raise errors.box_too_large(next(fits))
    rows = sum_queries.clusters(work, grid.stored() | {"open": body.get("open")})
    features = [
        {
            "type": "Feature",
            "geometry": _point(row["lat"], row["long"]),
            "bbox": grid.cell(row["x"], row["y"]).bbox(),
            "properties": {"reports": row["reports"]},
        }
        for row in rows
    ]
    return {
        "type": "FeatureCollection",
        "bbox": grid.bbox(),
        "reports": sum(row["reports"] for row in rows),
        "features": features,
    }


def report_heat(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """How many reports of a year each kelurahan has; the counts are those of the statistics."""
    year = year_asked(work, body, city)
    tallies = tallied(work, year, "area", city)
    shown = suppression.shown({code: tally.counts() for code, tally in tallies.items()})
    counts = {code: counted[ALL] for code, counted in shown.items()}
    return {"type": "FeatureCollection", "year": year, "features": list(_areas(city, counts))}


def _areas(city: Catalogue, counts: dict[str, int | None]) -> Iterator[dict[str, Any]]:
    for area in city.city.areas:
        reports = counts.get(area.code)
        properties = {
            "code": area.code, "name": area.name, "district": area.district_code,
            "district_name": area.district, "lat": area.lat, "long": area.long, "reports": reports,
            "per_km2": None if reports is None else round(reports / area.area_km2, _DECIMALS),
        }  # fmt: skip
        outline = city.city.areas.outline(area) or _point(area.lat, area.long)
        yield {"type": "Feature", "id": area.code, "geometry": outline, "properties": properties}


def _point(lat: float, long: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [long, lat]}


def _cell(degrees: float, half: int, level: int) -> int:
    """As the database reckons; what lies on the last edge belongs to the last cell."""
    cells = (1 << level) * half // 180
    return min(math.floor((degrees + half) / 360 * (1 << level)), max(cells - 1, 0))
