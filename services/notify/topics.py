"""What one can follow: an area, a category, a category in an area; an incident, a site, or
the collections of a kelurahan.

A topic is a kind and an id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AREA, CATEGORY, BOTH = "area", "category", "area_category"
INCIDENT, SITE, COLLECTIONS = "incident", "site", "collections"
THINGS = (INCIDENT, SITE)
"""What reports knows by an id, and the city pack does not."""
NAMED_BY = (AREA, CATEGORY, *THINGS, COLLECTIONS)
"""The fields that name a topic: one of them, or area and category."""
AT_ONCE, DAILY = "at_once", "daily"
RHYTHMS = (AT_ONCE, DAILY)


@dataclass(frozen=True)
class Topic:
    """kind: one of the above. id: a code; of BOTH the area's and the category's, with a slash; of
    THINGS an id; of COLLECTIONS a kelurahan's code."""

    kind: str
    id: str

    @property
    def key(self) -> str:
        """The form in which it is kept."""
        return f"{self.kind}:{self.id}"

    @property
    def fields(self) -> dict[str, str]:
        """The form in which it is asked for."""
        if self.kind == BOTH:
            area, _, category = self.id.partition("/")
            return {AREA: area, CATEGORY: category}
        return {self.kind: self.id}


def of_key(key: str) -> Topic:
    """The topic that is kept in that form."""
    kind, _, id_ = key.partition(":")
    return Topic(kind, id_)


def asked(fields: dict[str, Any]) -> Topic | None:
    """The topic that the fields NAMED_BY name; None if they name none, or several."""
    given = {name: fields[name] for name in NAMED_BY if fields.get(name)}
    if given.keys() == {AREA, CATEGORY}:
        return Topic(BOTH, f"{given[AREA]}/{given[CATEGORY]}")
    return Topic(*given.popitem()) if len(given) == 1 else None


def of_report(report: dict[str, Any]) -> list[str]:
    """Keys of all topics that a report belongs to: its kelurahan, its kecamatan, its category."""
    category = report["category"]
    areas = [] if report["area"] is None else _areas(report["area"])
    found = [Topic(CATEGORY, category), *(Topic(AREA, area) for area in areas)]
    found += [Topic(BOTH, f"{area}/{category}") for area in areas]
    return [topic.key for topic in found]


def _areas(code: str) -> list[str]:
    """A kelurahan's code and its kecamatan's, with which it begins."""
    return [code, code.rpartition(".")[0]]
