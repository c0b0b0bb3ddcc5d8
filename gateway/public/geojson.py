"""GeoJSON (RFC 7946): longitude before latitude, WGS84."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Plain = dict[str, Any]


def collection(page: Plain) -> Plain:
    """A page of things that have an id and a place."""
    return {"type": "FeatureCollection", "features": list(_features(page)), "next": page["next"]}


def point(lat: float, long: float) -> Plain:
    """A place."""
    return {"type": "Point", "coordinates": [long, lat]}


def _features(page: Plain) -> Iterable[Plain]:
    for item in page["items"]:
        yield {
            "type": "Feature",
            "id": item["id"],
            "geometry": point(item["lat"], item["long"]),
            "properties": item,
        }
