"""The city as reports needs it: categories, areas, agencies and the local time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from services.chassis.city import Area, City, Declared, load_city
from services.chassis.text import Language, Text
from services.reports import errors
from services.reports.abuse.figures import Figures, load_figures
from services.reports.addresses import areas_in
from services.reports.city import (
    Categories,
    Category,
    ServiceLevel,
    agency_for,
    load_categories,
)
from services.reports.collections.pack import Collections, load_collections
from services.reports.responses import Response, load_responses
from services.reports.service_levels import Terms, WorkingTime
from services.reports.sites.pack import SiteRules, load_sites


@dataclass(frozen=True)
class Catalogue:
    """The loaded city pack. sites: what holds for sites, by category.

    collections: when household garbage is collected.
    """

    city: City
    categories: Categories
    responses: tuple[Response, ...]
    abuse: Figures
    sites: Mapping[str, SiteRules]
    collections: Collections

    @cached_property
    def trusting(self) -> Catalogue:
        """The same city, which suspects nobody."""
        return replace(self, abuse=replace(self.abuse, holding=None))

    @classmethod
    def load(cls, city_pack: Path) -> Catalogue:
        """Load it. Raises CityPackInvalid with every mistake."""
        city = load_city(city_pack)
        categories = load_categories(city_pack, city)
        responses = load_responses(city_pack, categories.by_code)
        figures = load_figures(city_pack)
        known = Declared.of(city)
        sites = load_sites(city_pack, categories.by_code, known)
        collections = load_collections(city_pack, categories.by_code, known)
        return cls(city, categories, responses, figures, sites, collections)

    def category(self, code: str) -> Category:
        """The category of that code. Raises Invalid naming the known ones."""
        found = self.categories.by_code.get(code)
        if found is None:
            raise errors.unknown_category(self.categories.by_code)
        return found

    def terms(self, category: str, agency: str) -> Terms:
        """What holds for the terms of such a report. Raises Invalid for an unknown category."""
        return self.terms_by(self.category(category).service_level, agency)

    def terms_by(self, level: ServiceLevel, agency: str) -> Terms:
        """What holds for terms of that service level, passed up that agency's ladder."""
        found = self.city.agencies.get(agency)
        return Terms(
            level,
            found.escalation if found else (),
            WorkingTime(self.city.calendar, self.city.timezone),
        )

    def end_of_day(self, moment: datetime) -> datetime:
        """The last second of that day on the city's clocks."""
        return self.local_time(moment).replace(hour=23, minute=59, second=59, microsecond=0)

    def check_agency(self, code: str) -> None:
        """Raise Invalid, naming the known ones, if there is no such agency."""
        if code not in self.city.agencies:
            raise errors.unknown_agency(self.city.agencies)

    def place(self, category: Category, lat: float, long: float) -> tuple[str | None, str]:
        """(area code or None, agency code). Raises Invalid outside the city where that matters."""
        area = self.city.areas.at(lat, long)
        if area is None and category.must_be_inside:
            raise errors.outside_city()
        return (area.code if area else None), agency_for(category, area)

    def agency(self, category: str, area: str | None) -> str:
        """Which agency answers for a category in an area. Raises Invalid for an unknown one."""
        return agency_for(self.category(category), self.city.areas.get(area) if area else None)

    def area_named(self, code: str | None, address: str | None) -> Area:
        """The kelurahan with that code, else the one that an address names.

        Raises Invalid for an unknown code, and for an address that names none, or several alike.
        """
        if code is not None:
            found = self.city.areas.get(code)
            if found is None:
                raise errors.no_such_area(area.code for area in self.city.areas)
            return found
        named = areas_in(address or "", self.city.areas)
        if len(named) != 1:
            raise errors.address_not_found()
        return named[0]

    def names(self, area: str | None, agency: str, language: Language) -> dict[str, Any]:
        """What area and agency are called; the code itself if the pack no longer has it."""
        known_area = self.city.areas.get(area) if area else None
        known_agency = self.city.agencies.get(agency)
        return {
            "area_name": known_area.name if known_area else area,
            "agency_name": known_agency.name.in_language(language) if known_agency else agency,
        }

    def category_name(self, code: str) -> Text:
        """What a category is called; its code if the pack no longer has it."""
        known = self.categories.by_code.get(code)
        return known.name if known else Text.of(code)

    def local_time(self, moment: datetime) -> datetime:
        """The same moment on the city's clocks."""
        return moment.astimezone(self.city.timezone)
