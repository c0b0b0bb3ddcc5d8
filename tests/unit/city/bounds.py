"""Boundaries of the tiny city."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Feature = dict[str, Any]


def box(code: str, west: float, south: float, east: float, north: float) -> Feature:
    """A rectangle (degrees)."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def squares() -> list[Feature]:
    """Around the three centroids of the tiny city; the first two share a line at -3.11."""
    return [
        box("99.01.01.1001", 120.09, -3.11, 120.11, -3.09),
        box("99.01.01.1002", 120.09, -3.13, 120.11, -3.11),
        box("99.01.02.1001", 120.10, -3.18, 120.14, -3.14),
    ]


def write(pack: Path, features: list[Feature]) -> None:
    """Into the pack."""
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (pack / "boundaries.geojson").write_text(text)
