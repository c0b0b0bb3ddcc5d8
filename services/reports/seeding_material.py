"""What synthetic reports are made of: places, categories with answers, words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Any

from services.chassis.city import Area, Attribute, clean_answers
from services.reports.catalogue import Catalogue
from services.reports.city import Category, agency_for

MARK = "[contoh]"
_PLACES = 4_000
_VARIANTS = 6
_KM_PER_DEGREE = 111.32
_VISIBILITY = ("public",) * 17 + ("anonymous",) * 2 + ("secret",)
_Place = tuple[float, float, Area]


class Material:
    """A stock that is made once: to find the area of a place takes longer than all the rest."""

    def __init__(self, city: Catalogue, random: Random) -> None:
        self._places = list(_places(city, random))
        self._categories = list(city.categories.by_code.values())
        self._answers = {
            category.code: [_answers(category, random) for _ in range(_VARIANTS)]
            for category in self._categories
        }

    def reported(self, random: Random) -> dict[str, Any]:
        """What somebody reported, with area and agency as a new report gets them."""
        category = random.choice(self._categories)
        lat, long, area = random.choice(self._places)
        visibility = "anonymous" if category.anonymous_default else random.choice(_VISIBILITY)
        return {
            "category": category.code,
            "description": f"{MARK} {category.name.in_language('id')} di {area.name}",
            "lat": lat,
            "long": long,
            "visibility": visibility,
            "attributes": random.choice(self._answers[category.code]),
            "area": area.code,
            "agency": agency_for(category, area),
            "address": None,
            "approximate": False,
        }


def _places(city: Catalogue, random: Random) -> Iterator[_Place]:
    """Places around the centroids, each in the area that the service finds for it."""
    areas = list(city.city.areas)
    for _ in range(_PLACES):
        around = random.choice(areas)
        radius = math.sqrt(around.area_km2 / math.pi * random.random()) / _KM_PER_DEGREE
        angle = random.uniform(0, 2 * math.pi)
        lat = round(around.lat + radius * math.sin(angle), 6)
        long = round(around.long + radius * math.cos(angle), 6)
        found = city.city.areas.at(lat, long)
        yield (lat, long, found) if found else (around.lat, around.long, around)


def _answers(category: Category, random: Random) -> dict[str, Any]:
    """Right answers to the category's questions; the optional ones only sometimes."""
    asked = [one for one in category.attributes if one.required or random.random() < 0.5]
    return clean_answers(category.attributes, {one.code: _answer(one, random) for one in asked})


def _answer(attribute: Attribute, random: Random) -> Any:
    if attribute.type == "singlevaluelist":
        return random.choice(attribute.values).code
    if attribute.type == "multivaluelist":
        return [random.choice(attribute.values).code]
    if attribute.type == "number":
        low = 0.0 if attribute.min is None else attribute.min
        return math.ceil(low) if attribute.max is None else (low + attribute.max) / 2
    return "2026-01-01T00:00:00+07:00" if attribute.type == "datetime" else MARK
