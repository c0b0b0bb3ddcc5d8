"""What the filters of a list mean: codes that are known, boxes, and days of the city's calendar."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, time
from typing import Any

from services.chassis.unit_of_work import UnitOfWork
from services.reports import errors, list_queries
from services.reports.catalogue import Catalogue

_LAST = time(23, 59, 59, 999_999)


def wanted(work: UnitOfWork, asked: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The filters with `areas` for an area, west to north for a box, and moments for days.

    Raises Invalid, naming what would be right, for a code that neither the city pack nor any public
    report has, and for an end before the beginning.
    """
    _check_code(work, asked, "category", city.categories.by_code)
    found = places(work, asked, city)
    found |= moments(found, city)
    if "since" in found and "until" in found and found["since"] > found["until"]:
        raise errors.backwards()
    return found


def places(work: UnitOfWork, asked: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The filters with `areas` for an area, and west to north for a box.

    Raises Invalid for an agency or area that neither the city pack nor any public report has.
    """
    found = dict(asked)
    _check_code(work, found, "agency", city.city.agencies)
    if "area" in found:
        found["areas"] = _areas(work, found, city)
    if "bbox" in found:
        found |= asdict(found.pop("bbox"))
    return found


def _areas(work: UnitOfWork, asked: dict[str, Any], city: Catalogue) -> list[str]:
    code, areas = asked["area"], city.city.areas
    if code in areas.districts:
        return [area.code for area in areas if area.district_code == code]
    known = [area.code for area in areas]
    _check_code(work, asked, "area", [*areas.districts, *known])
    return [code]


def _check_code(work: UnitOfWork, asked: dict[str, Any], name: str, known: Collection[str]) -> None:
    """A city pack drops codes that old reports still have; those can be asked for, too."""
    if name not in asked or asked[name] in known:
        return
    if not list_queries.is_used(work, name, asked[name]):
        raise _UNKNOWN[name](known)


def moments(asked: dict[str, Any], city: Catalogue) -> dict[str, datetime]:
    """since and until, as far as they are asked for: the whole of a day of the city's calendar."""
    bounds = {"since": time.min, "until": _LAST}
    return {
        name: moment
        if isinstance(moment := asked[name], datetime)
        else datetime.combine(moment, at, city.city.timezone)
        for name, at in bounds.items()
        if name in asked
    }


_UNKNOWN = {
    "category": errors.unknown_category,
    "agency": errors.unknown_agency,
    "area": errors.no_such_area,
}
